"""Kernel distance between the parser judge's features of the outputs and of real faces."""

from __future__ import annotations

from benchmark.features.feature_set import FeaturePair, FeatureSet
from benchmark.metrics.base import SetFigure, SetMetric
from benchmark.metrics.polynomial_kernel import kernel, self_kernels


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

    def compute(self, pair: FeaturePair) -> SetFigure:
        """The estimate."""
        return SetFigure(kernel_distance(pair.outputs, pair.real))
