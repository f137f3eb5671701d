"""Kernel distances between two sets of features: KID, and its like on the parser judge's features."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.features.feature_set import BLOCK, FeaturePair, FeatureSet
from benchmark.metrics.base import SetMetric, SetValue


def kernel(rows: NDArray[Any], others: NDArray[Any]) -> NDArray[np.float64]:
    """The kernel (N, M) of all pairs of a row of (N, D) and one of (M, D), in float64."""
    base: NDArray[np.float64] = rows.astype(np.float64) @ others.astype(np.float64).T / rows.shape[1] + 1
    return base * base * base


def self_kernels(rows: NDArray[Any]) -> NDArray[np.float64]:
    """The kernel of each row (N, D) with itself: (N,)."""
    kernels: NDArray[np.float64] = (np.square(rows.astype(np.float64)).sum(axis=1) / rows.shape[1] + 1) ** 3
    return kernels


SUBSETS: Final = 100
SUBSET_SIZE: Final = 1000
SEED: Final = 2020
"""Of the draws of subsets: number, size, generator and seed are the defaults of torch-fidelity, for equal values."""

Indices = NDArray[np.int64]


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
    generator = np.random.RandomState(SEED)
    draws = [
        (generator.choice(len(outputs), size, replace=False), generator.choice(len(real), size, replace=False))
        for _ in range(SUBSETS)
    ]
    ours, theirs = (np.stack(subsets) for subsets in zip(*draws, strict=True))
    within = _sums_within(outputs, ours) + _sums_within(real, theirs)
    between = _sums_of_subsets(outputs, real, ours, theirs)
    estimates = within / (size * (size - 1)) - 2 * between / size**2
    return float(estimates.mean()), float(estimates.std()), size


def _sums_within(rows: FeatureSet, drawn: Indices) -> NDArray[np.float64]:
    """Of each subset (S, size), the sum of the kernel over pairs of different rows: (S,)."""
    with_itself = np.concatenate([self_kernels(block) for block in rows.blocks()])
    found: NDArray[np.float64] = _sums_of_subsets(rows, rows, drawn, drawn) - with_itself[drawn].sum(axis=1)
    return found


def _sums_of_subsets(
    rows: FeatureSet, others: FeatureSet, drawn: Indices, others_drawn: Indices
) -> NDArray[np.float64]:
    """Of each pair of subsets (S, size), the sum of the kernel over all pairs of a row of each: (S,)."""
    if len(rows) * len(others) > drawn.size * drawn.shape[1]:  # the subsets have fewer pairs than the sets
        pairs = zip(drawn, others_drawn, strict=True)
        return np.array([kernel(rows.take(first), others.take(second)).sum() for first, second in pairs])
    # every kernel once for all subsets: where s marks the rows of a subset, its sum is sᵀ K s
    marked, others_marked = _marks(drawn, len(rows)), _marks(others_drawn, len(others))
    sums = np.zeros(len(drawn))
    for start, block in zip(range(0, len(rows), BLOCK), rows.blocks(), strict=True):
        for other_start, other in zip(range(0, len(others), BLOCK), others.blocks(), strict=True):
            part = marked[:, start : start + BLOCK] @ kernel(block, other)
            sums += (part * others_marked[:, other_start : other_start + BLOCK]).sum(axis=1)
    return sums


def _marks(drawn: Indices, count: int) -> NDArray[np.float64]:
    marks = np.zeros((len(drawn), count))
    np.put_along_axis(marks, drawn, 1.0, axis=1)
    return marks


class KernelInceptionDistance(SetMetric):
    """KID on the features of the card's encoder."""

    def compute(self, pair: FeaturePair) -> SetValue:
        """The mean over subsets; their spread in the breakdown."""
        mean, spread, size = pair.cached(kernel_inception_distance)
        caution = None if size == SUBSET_SIZE else f"subsets of {size} images instead of {SUBSET_SIZE:,}"
        return SetValue(mean, {"standard deviation over subsets": spread}, caution)


def kernel_distance(features: FeatureSet, real: FeatureSet) -> float:
    """Unbiased squared maximum mean discrepancy under the kernel k(x, y) = (x·y / D + 1)³.

    The estimator of Bińkowski et al., "Demystifying MMD GANs" (ICLR 2018), on the whole sets instead of random subsets:
    no seed, and the least variance.

    Returns:
        The estimate; 0 on average where the distributions are equal, so that it can be negative.
    """
    between = _sum_of_pairs(features, real) / (len(features) * len(real))
    return _mean_of_pairs(features) + _mean_of_pairs(real) - 2 * between


def _mean_of_pairs(rows: FeatureSet) -> float:
    with_itself = sum(float(self_kernels(block).sum()) for block in rows.blocks())
    return (_sum_of_pairs(rows, rows) - with_itself) / (len(rows) * (len(rows) - 1))


def _sum_of_pairs(rows: FeatureSet, others: FeatureSet) -> float:
    return sum(float(kernel(block, other).sum()) for block in rows.blocks() for other in others.blocks())


class KernelJudge(SetMetric):
    """Kernel distance on the parser judge's features. Not KID: another encoder, another scale."""

    def compute(self, pair: FeaturePair) -> SetValue:
        """The estimate."""
        return SetValue(kernel_distance(pair.outputs, pair.real))
