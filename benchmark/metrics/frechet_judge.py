"""Fréchet distance between the parser judge's features of the outputs and of real faces."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import SetMetric
from benchmark.metrics.features import feature_pair


def gaussian_of(features: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean (D,) and unbiased covariance (D, D) of features (T, D), T at least 2."""
    mean = features.mean(axis=0)
    centred = features - mean
    return mean, centred.T @ centred / (len(features) - 1)


def frechet_distance(
    mean: NDArray[np.float64],
    covariance: NDArray[np.float64],
    other_mean: NDArray[np.float64],
    other_covariance: NDArray[np.float64],
) -> float:
    """Squared 2-Wasserstein distance of two Gaussians: |m1 - m2|² + tr(S1 + S2 - 2 (S1 S2)^½).

    The formula of Heusel et al. (NeurIPS 2017). The trace of (S1 S2)^½ is that of (S1^½ S2 S1^½)^½, which is symmetric:
    its eigenvalues are real and exist for singular covariances too, where a general matrix square root fails.

    Args:
        mean: (D,).
        covariance: (D, D), symmetric, positive semi-definite.
        other_mean: (D,).
        other_covariance: (D, D), symmetric, positive semi-definite.

    Returns:
        The distance, at least 0.
    """
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(_without_noise(values))) @ vectors.T
    product = root @ other_covariance @ root
    eigenvalues = np.linalg.eigvalsh((product + product.T) / 2)
    trace_of_root = np.sqrt(_without_noise(eigenvalues)).sum()
    difference = mean - other_mean
    distance = difference @ difference + np.trace(covariance) + np.trace(other_covariance) - 2 * trace_of_root
    return max(float(distance), 0.0)


def _without_noise(eigenvalues: NDArray[np.float64]) -> NDArray[np.float64]:
    """Eigenvalues below rounding error set to 0: the square root would turn 1e-16 of noise into 1e-8, D times."""
    tolerance = np.abs(eigenvalues).max(initial=0.0) * len(eigenvalues) * np.finfo(np.float64).eps
    return np.where(eigenvalues > tolerance, eigenvalues, 0.0)


class FrechetJudge(SetMetric):
    """Fréchet distance of Gaussians fitted to the parser judge's features. Not FID: another encoder, another scale."""

    def compute(self, features: NDArray[Any], real: NDArray[Any]) -> float:
        """Distance of (T, D) from (R, D) features; NaN with fewer than 2 rows in either.

        Raises:
            ValueError: if the features do not fit together or are not finite.
        """
        outputs, truth = feature_pair(features, real)
        if min(len(outputs), len(truth)) < 2:
            return float("nan")
        return frechet_distance(*gaussian_of(outputs), *gaussian_of(truth))
