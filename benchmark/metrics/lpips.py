"""LPIPS of the output to the true edit, and to the target outside the edited region."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmark.images.convert import image_tensor
from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.lpips_network import Perceptual, perceptual
from benchmark.metrics.mean_metric import VALUE, MeanMetric
from benchmark.weights.resources import Resources


class _LPIPS(MeanMetric):
    """LPIPS between two images of each task, both as their PNG files hold them."""

    shares_batches: ClassVar[bool] = True

    def prepare(self, resources: Resources) -> None:
        """Load the network.

        Raises:
            MetricUnavailable: if AlexNet's weights are not here.
        """
        self._network: Perceptual = perceptual(resources)


class LPIPSOracle(_LPIPS):
    """LPIPS of the whole output to the oracle."""

    inapplicable: ClassVar[str] = "the true edit of these tasks is not known"

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """At least 0; NaN without an oracle.

        Raises:
            MetricUnavailable: if the images are too small for the network.
        """
        if batch.oracle_pixels is None:
            return {VALUE: np.full(len(batch), np.nan)}
        return {VALUE: self._network.distances(batch.output, image_tensor(batch.oracle_pixels))}


class LPIPSRegion(_LPIPS):
    """LPIPS to the oracle of the output with the oracle's own pixels where no change is allowed.

    The rest is covered for the reason that `LPIPSBackground` covers the edited region.
    """

    inapplicable: ClassVar[str] = "the true edit of these tasks is not known"

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """At least 0; NaN without an oracle or without a region.

        Raises:
            MetricUnavailable: if the images are too small for the network.
        """
        region = batch.tasks.region.cpu().numpy().astype(np.bool_)
        values = np.full(len(batch), np.nan)
        some = region.any(axis=(1, 2))
        if batch.oracle_pixels is not None and some.any():
            oracle = batch.oracle_pixels[some]
            covered = np.where(region[some, ..., None], batch.output_pixels[some], oracle)
            values[some] = self._network.distances(image_tensor(covered), image_tensor(oracle))
        return {VALUE: values}


class LPIPSBackground(_LPIPS):
    """LPIPS to the target of the output with the target's own pixels where change is allowed.

    The edited region is covered before the network looks: its features see far beyond a pixel, so that a mask over
    their map of distances would still count what lies in the region.
    """

    inapplicable: ClassVar[str] = "these tasks may change the whole image"

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """At least 0; NaN where change is allowed everywhere.

        Raises:
            MetricUnavailable: if the images are too small for the network.
        """
        region = batch.tasks.region.cpu().numpy().astype(np.bool_)
        values = np.full(len(batch), np.nan)
        kept = ~region.all(axis=(1, 2))
        if kept.any():
            target = batch.target_pixels[kept]
            covered = np.where(region[kept, ..., None], target, batch.output_pixels[kept])
            values[kept] = self._network.distances(image_tensor(covered), image_tensor(target))
        return {VALUE: values}
