"""Kernel distance between the parser judge's features of the outputs and of real faces."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import SetMetric
from benchmark.metrics.features import feature_pair

_ROWS_AT_ONCE: Final = 1024
"""Bounds memory: the kernel matrix of 30,000 real faces would take 7 GB."""


def kernel_distance(features: NDArray[np.float64], real: NDArray[np.float64]) -> float:
    """Unbiased squared maximum mean discrepancy under the kernel k(x, y) = (x·y / D + 1)³.

    The estimator of Bińkowski et al., "Demystifying MMD GANs" (ICLR 2018), on the whole sets instead of random subsets:
    no seed, and the least variance.

    Args:
        features: (T, D), T at least 2.
        real: (R, D), R at least 2.

    Returns:
        The estimate; 0 on average where the distributions are equal, so that it can be negative.
    """
    between = _kernel_sum(features, real) / (len(features) * len(real))
    return _mean_of_pairs(features) + _mean_of_pairs(real) - 2 * between


def _mean_of_pairs(rows: NDArray[np.float64]) -> float:
    dimensions = rows.shape[1]
    with_itself = float(((np.square(rows).sum(axis=1) / dimensions + 1) ** 3).sum())
    return (_kernel_sum(rows, rows) - with_itself) / (len(rows) * (len(rows) - 1))


def _kernel_sum(rows: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    total = 0.0
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        base = rows[start : start + _ROWS_AT_ONCE] @ others.T / rows.shape[1] + 1
        total += float((base * base * base).sum())
    return total


class KernelJudge(SetMetric):
    """Kernel distance on the parser judge's features. Not KID: another encoder, another scale."""

    def compute(self, features: NDArray[Any], real: NDArray[Any]) -> float:
        """Estimate for (T, D) against (R, D) features; NaN with fewer than 2 rows in either.

        Raises:
            ValueError: if the features do not fit together or are not finite.
        """
        outputs, truth = feature_pair(features, real)
        if min(len(outputs), len(truth)) < 2:
            return float("nan")
        return kernel_distance(outputs, truth)
