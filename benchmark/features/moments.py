"""Mean and scatter of feature rows that arrive a block at a time, in one process or several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class FeatureStatistics:
    """What the rows seen so far sum to, in float64.

    Sums are kept about the mean: plain sums of squares lose the variance of features that hardly vary.

    Attributes:
        count: N, the rows seen.
        mean: (D,).
        scatter: (D, D), the sum over rows of (x - mean)(x - mean)ᵀ.
    """

    count: int
    mean: NDArray[np.float64]
    scatter: NDArray[np.float64]

    @classmethod
    def of(cls, rows: NDArray[Any]) -> FeatureStatistics:
        """Statistics of rows (N, D), N at least 1."""
        exact = rows.astype(np.float64)
        mean = exact.mean(axis=0)
        with np.errstate(invalid="ignore"):  # an infinity becomes NaN, which `finite` tells
            exact -= mean
            return cls(len(exact), mean, exact.T @ exact)

    def merge(self, other: FeatureStatistics) -> FeatureStatistics:
        """Statistics of both sets of rows together (Chan, Golub and LeVeque, 1983)."""
        count = self.count + other.count
        shift = other.mean - self.mean
        scatter = self.scatter + other.scatter
        scatter += np.outer(shift * (self.count * other.count / count), shift)
        return FeatureStatistics(count, self.mean + shift * (other.count / count), scatter)

    @property
    def covariance(self) -> NDArray[np.float64]:
        """Unbiased covariance (D, D), as `numpy.cov` gives it; N must be 2 or more."""
        return self.scatter / (self.count - 1)

    @property
    def finite(self) -> bool:
        """Whether every row was; one NaN or infinity reaches the mean."""
        return bool(np.isfinite(self.mean).all() and np.isfinite(self.scatter).all())
