"""Fréchet distance between features of outputs and of real images: FID, where the encoder is FID's."""

from __future__ import annotations

from benchmark.features.feature_set import FeaturePair
from benchmark.metrics.base import SetFigure, SetMetric
from benchmark.metrics.frechet_distance import frechet_distance


class FrechetMetric(SetMetric):
    """Fréchet distance of Gaussians fitted to the features of the card's encoder; a card is one protocol of it.

    Never bootstrapped: it is biased upwards for few images, more so for resampled ones.
    """

    def compute(self, pair: FeaturePair) -> SetFigure:
        """The distance, from the statistics alone."""
        outputs, real = pair.outputs.statistics, pair.real.statistics
        # the larger set is the likelier to have a covariance that Cholesky can factor
        first, second = (outputs, real) if outputs.count >= real.count else (real, outputs)
        return SetFigure(frechet_distance(first.mean, first.covariance, second.mean, second.covariance))
