"""The kernel of KID, k(x, y) = (x·y / D + 1)³, summed over pairs of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def kernel_sum(rows: NDArray[Any], others: NDArray[Any]) -> float:
    """Sum of k over all pairs of a row of (N, D) and one of (M, D), in float64."""
    base = rows.astype(np.float64) @ others.astype(np.float64).T / rows.shape[1] + 1
    return float((base * base * base).sum())


def self_kernels(rows: NDArray[Any]) -> NDArray[np.float64]:
    """The kernel of each row (N, D) with itself: (N,)."""
    kernels: NDArray[np.float64] = (np.square(rows.astype(np.float64)).sum(axis=1) / rows.shape[1] + 1) ** 3
    return kernels


def unbiased_mmd(rows: NDArray[Any], others: NDArray[Any]) -> float:
    """Unbiased squared maximum mean discrepancy of (N, D) and (M, D) rows, N and M at least 2."""

    def within(each: NDArray[Any]) -> float:
        return (kernel_sum(each, each) - float(self_kernels(each).sum())) / (len(each) * (len(each) - 1))

    return within(rows) + within(others) - 2 * kernel_sum(rows, others) / (len(rows) * len(others))
