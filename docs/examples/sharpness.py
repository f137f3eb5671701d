"""A metric of each image: how much of the true edit's sharpness the output has."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.mean_metric import VALUE, MeanMetric
from registry import METRICS

CARD = {
    "name": "sharpness",
    "title": "Sharpness ratio",
    "summary": "Mean absolute difference of neighbouring pixels, of the output over that of the true edit.",
    "direction": "up",
    "unit": "",
    "decimals": 3,
    "level": "image",
    "min_n": 50,
    "citation": "defined here",
}


@METRICS.register(card=CARD)
class Sharpness(MeanMetric):
    """Ratio of mean absolute horizontal differences; 1 where the output is as sharp as the true edit."""

    inapplicable = "the dataset does not know the true edit"

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """Column `value`, (N,); NaN where no true edit is known."""
        oracle = batch.tasks.oracle
        if oracle is None:
            return {VALUE: np.full(len(batch.tasks), np.nan)}
        return {VALUE: _sharpness(batch.output) / _sharpness(oracle)}


def _sharpness(image: Tensor) -> NDArray[np.float64]:
    """(N, 3, H, W) to (N,)."""
    return image.double().diff(dim=3).abs().mean(dim=(1, 2, 3)).cpu().numpy()
