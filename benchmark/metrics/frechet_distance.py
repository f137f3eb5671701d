"""Fréchet distance of two Gaussians, by symmetric eigenvalues."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, eigh, eigvalsh

Matrix = NDArray[np.float64]


def frechet_distance(mean: Matrix, covariance: Matrix, other_mean: Matrix, other_covariance: Matrix) -> float:
    """Squared 2-Wasserstein distance of two Gaussians: |m1 - m2|² + tr(S1 + S2 - 2 (S1 S2)^½).

    The formula of Heusel et al. (NeurIPS 2017). With any factor S1 = F Fᵀ, the matrices S1 S2 and Fᵀ S2 F have the same
    eigenvalues besides 0; the second is symmetric, so they are real, cost a third of a general matrix square root, and
    exist for singular covariances too, where that root fails.

    Args:
        mean: (D,).
        covariance: (D, D), symmetric, positive semi-definite.
        other_mean: (D,).
        other_covariance: (D, D), symmetric, positive semi-definite.

    Returns:
        The distance, at least 0.
    """
    factor = _factor(covariance)
    inner = factor.T @ other_covariance @ factor
    eigenvalues = eigvalsh((inner + inner.T) / 2) if inner.size else np.zeros(0)
    trace_of_root = np.sqrt(_without_noise(eigenvalues)).sum()
    difference = mean - other_mean
    distance = difference @ difference + np.trace(covariance) + np.trace(other_covariance) - 2 * trace_of_root
    return max(float(distance), 0.0)


def _factor(covariance: Matrix) -> Matrix:
    """F (D, r) with F Fᵀ = S; by Cholesky where S is positive definite, else by the r eigenvectors that carry it."""
    try:
        factor: Matrix = cholesky(covariance, lower=True)
        return factor
    except LinAlgError:
        values, vectors = eigh(covariance)
        kept = _without_noise(values) > 0
        spanned: Matrix = vectors[:, kept] * np.sqrt(values[kept])
        return spanned


def _without_noise(eigenvalues: NDArray[np.float64]) -> NDArray[np.float64]:
    """Eigenvalues below rounding error set to 0: the square root would turn 1e-16 of noise into 1e-8, D times."""
    tolerance = np.abs(eigenvalues).max(initial=0.0) * len(eigenvalues) * np.finfo(np.float64).eps
    return np.where(eigenvalues > tolerance, eigenvalues, 0.0)
