"""Kernel Inception distance: the kernel distance on Inception features, mean over random subsets."""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmark.feature_set import FeaturePair, FeatureSet
from benchmark.metrics.base import SetFigure, SetMetric
from benchmark.metrics.polynomial_kernel import unbiased_mmd

SUBSETS: Final = 100
SUBSET_SIZE: Final = 1000
SEED: Final = 2020
"""Of the draws of subsets: number, size, generator and seed are the defaults of torch-fidelity, for equal figures."""


def kernel_inception_distance(outputs: FeatureSet, real: FeatureSet) -> tuple[float, float, int]:
    """The distance of Bińkowski et al., "Demystifying MMD GANs" (ICLR 2018), as torch-fidelity draws its subsets.

    Args:
        outputs: N features, N at least 2.
        real: M features, M at least 2.

    Returns:
        Mean and (population) standard deviation over the subsets, and the size of a subset, the whole of the smaller
        set where that has fewer than `SUBSET_SIZE` rows. The spread is that of subsets, not an error of the mean.
    """
    size = min(SUBSET_SIZE, len(outputs), len(real))
    draws = np.random.RandomState(SEED)
    estimates = [
        unbiased_mmd(
            outputs.take(draws.choice(len(outputs), size, replace=False)),
            real.take(draws.choice(len(real), size, replace=False)),
        )
        for _ in range(SUBSETS)
    ]
    return float(np.mean(estimates)), float(np.std(estimates)), size


class KernelInceptionDistance(SetMetric):
    """KID on the features of the card's encoder."""

    def compute(self, pair: FeaturePair) -> SetFigure:
        """The mean over subsets; their spread in the breakdown."""
        mean, spread, size = pair.once(kernel_inception_distance)
        caution = None if size == SUBSET_SIZE else f"subsets of {size} images instead of {SUBSET_SIZE:,}"
        return SetFigure(mean, {"standard deviation over subsets": spread}, caution)
