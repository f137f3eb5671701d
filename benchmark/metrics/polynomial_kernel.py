"""The kernel of KID, k(x, y) = (x·y / D + 1)³, of rows of features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def kernel(rows: NDArray[Any], others: NDArray[Any]) -> NDArray[np.float64]:
    """The kernel (N, M) of all pairs of a row of (N, D) and one of (M, D), in float64."""
    base: NDArray[np.float64] = rows.astype(np.float64) @ others.astype(np.float64).T / rows.shape[1] + 1
    return base * base * base


def self_kernels(rows: NDArray[Any]) -> NDArray[np.float64]:
    """The kernel of each row (N, D) with itself: (N,)."""
    kernels: NDArray[np.float64] = (np.square(rows.astype(np.float64)).sum(axis=1) / rows.shape[1] + 1) ** 3
    return kernels
