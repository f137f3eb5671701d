"""LPIPS of the output to the true edit, and to the target outside the edited region."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.images.convert import at_file_precision
from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.lpips_network import Perceptual, perceptual
from benchmark.metrics.mean_metric import VALUE, MeanMetric
from benchmark.weights.resources import Resources


class _LPIPS(MeanMetric):
    """LPIPS between two images of each task, both as their PNG files hold them."""

    def prepare(self, resources: Resources) -> None:
        """Load the network.

        Raises:
            MetricUnavailable: if AlexNet's weights are not here.
        """
        self._network: Perceptual = perceptual(resources)

    def _distances(self, image: Tensor, reference: Tensor) -> NDArray[np.float64]:
        return self._network.distances(at_file_precision(image), at_file_precision(reference))


class LPIPSOracle(_LPIPS):
    """LPIPS of the whole output to the oracle."""

    inapplicable: ClassVar[str] = "this dataset does not know the true edit"

    def measure(self, evidence: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """At least 0; NaN without an oracle.

        Raises:
            MetricUnavailable: if the images are too small for the network.
        """
        oracle = evidence.tasks.oracle
        if oracle is None:
            return {VALUE: np.full(len(evidence.output), np.nan)}
        return {VALUE: self._distances(evidence.output, oracle)}


class LPIPSBackground(_LPIPS):
    """LPIPS to the target of the output with the target's own pixels where change is allowed.

    The edited region is covered before the network looks: its features see far beyond a pixel, so that a mask over
    their map of distances would still count what lies in the region.
    """

    inapplicable: ClassVar[str] = "these tasks may change the whole image"

    def measure(self, evidence: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """At least 0; NaN where change is allowed everywhere.

        Raises:
            MetricUnavailable: if the images are too small for the network.
        """
        target, region = evidence.tasks.target.image, evidence.tasks.region.bool()
        values = np.full(len(target), np.nan)
        kept = ~region.flatten(1).all(dim=1)
        if kept.any():
            covered = torch.where(region[kept, None], target[kept], evidence.output[kept].to(target.device))
            values[kept.cpu().numpy()] = self._distances(covered, target[kept])
        return {VALUE: values}
