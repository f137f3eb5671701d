"""The Fréchet distance between two sets of features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, svdvals
from scipy.linalg.lapack import dpstrf

from benchmark.features.feature_set import FeaturePair
from benchmark.metrics.base import SetMetric, SetValue

Matrix = NDArray[np.float64]


def frechet_distance(mean: Matrix, covariance: Matrix, other_mean: Matrix, other_covariance: Matrix) -> float:
    """Squared 2-Wasserstein distance of two Gaussians: |m1 - m2|² + tr(S1 + S2 - 2 (S1 S2)^½).

    The formula of Heusel et al. (NeurIPS 2017). With any factors S1 = F Fᵀ and S2 = G Gᵀ, the trace of the root is the
    sum of the singular values of Fᵀ G. Those exist for singular covariances too, where a general matrix square root
    fails, and keep the small directions of features whose variances span many decades: the eigenvalues of a product of
    covariances are their squares, and drown in its rounding.

    Args:
        mean: (D,).
        covariance: (D, D), symmetric, positive semi-definite.
        other_mean: (D,).
        other_covariance: (D, D), symmetric, positive semi-definite.

    Returns:
        The distance, at least 0.
    """
    inner = _factor(covariance).T @ _factor(other_covariance)
    trace_of_root = svdvals(inner).sum() if inner.size else 0.0
    difference = mean - other_mean
    distance = difference @ difference + np.trace(covariance) + np.trace(other_covariance) - 2 * trace_of_root
    return max(float(distance), 0.0)


def _factor(covariance: Matrix) -> Matrix:
    """F (D, r) with F Fᵀ = S, by Cholesky; where S is singular, with pivoting, which takes D² r steps alone."""
    try:
        factor: Matrix = cholesky(covariance, lower=True)
        return factor
    except LinAlgError:
        lower, pivots, rank, _ = dpstrf(covariance, lower=True)
        spanned: Matrix = np.zeros((len(covariance), rank))
        spanned[pivots - 1] = np.tril(lower[:, :rank])
        return spanned


class FrechetMetric(SetMetric):
    """Fréchet distance of Gaussians fitted to the features of the card's encoder; a card is one protocol of it.

    Never bootstrapped: it is biased upwards for few images, more so for resampled ones.
    """

    def compute(self, pair: FeaturePair) -> SetValue:
        """The distance, from the statistics alone."""
        outputs, real = pair.outputs.statistics, pair.real.statistics
        # the larger set is the likelier to have a covariance that Cholesky can factor
        first, second = (outputs, real) if outputs.count >= real.count else (real, outputs)
        return SetValue(frechet_distance(first.mean, first.covariance, second.mean, second.covariance))
