"""Metrics whose value is the mean of one value per task."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from benchmark.metrics.base import ImageMetric, weighted_mean
from benchmark.statistics.ratios import Columns, Ratio

VALUE: Final = "value"
"""The column that a `MeanMetric` averages; any other column it keeps is there to be broken down."""


class MeanMetric(ImageMetric):
    """A metric that measures a column `value`; tasks where it is NaN are left out of the mean."""

    def ratios(self, names: Iterable[str]) -> list[Ratio]:
        """The mean of the values there are."""
        return [Ratio(VALUE)]


def plain_means(columns: Columns) -> dict[str, float]:
    """Mean of each column (T,) over its finite values; columns without any are left out."""
    means = {name: weighted_mean(values, np.ones_like(values)) for name, values in columns.items()}
    return {name: mean for name, mean in means.items() if np.isfinite(mean)}
