"""Metrics whose figure is the mean of one value a task."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import Columns, ImageMetric, weighted_mean

VALUE: Final = "value"
"""The column that a `MeanMetric` averages; any other column it keeps is there to be broken down."""


class MeanMetric(ImageMetric):
    """A metric that measures a column `value`; tasks where it is NaN are left out of the mean."""

    def summarise(self, columns: Columns, weights: NDArray[np.float64]) -> float:
        """Weighted mean of the column `value`, in the metric's unit."""
        return weighted_mean(columns.get(VALUE, np.empty(0)), weights)


def mean_of_means(columns: Columns, weights: NDArray[np.float64]) -> float:
    """Weighted mean of each column (T,), then the plain mean over the columns that have one; NaN if none has."""
    means = np.array([weighted_mean(values, weights) for values in columns.values()])
    return weighted_mean(means, np.ones_like(means))


def plain_means(columns: Columns) -> dict[str, float]:
    """Mean of each column (T,) over its finite values; columns without any are left out."""
    means = {name: weighted_mean(values, np.ones_like(values)) for name, values in columns.items()}
    return {name: mean for name, mean in means.items() if np.isfinite(mean)}
