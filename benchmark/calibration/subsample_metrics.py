"""The values of every metric on subsamples of the tasks at one severity level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.calibration.scored_level import ScoredLevel
from benchmark.calibration.subsampling import subsamples
from benchmark.evaluation.context import EvaluationContext
from benchmark.evaluation.prepare_metrics import encoder_of, prepare_metrics
from benchmark.features.feature_set import FeaturePair, FeatureSet
from benchmark.results.task_groups import TaskGroups
from benchmark.statistics.ratios import Array, mean_over_groups, ratio_terms, terms_by_group
from benchmark.weights.resources import MetricUnavailable

DRAWS: Final[Mapping[str, int]] = {"image": 200, "set": 20}
"""Subsamples of each size; a metric of a set takes hundreds of times as long as a mean."""
REAL_FACES: Final = 500
"""Real faces that a subsample of edits is compared with: their cost does not fall with its size."""


class SubsampleMetrics:
    """Values of metrics on the same subsamples at every strength, so that strengths are compared task by task.

    Args:
        metric_ids: registered metrics of images and of sets.
        context: with the real faces, and what metrics need.
        sizes: numbers of tasks.
        seed: of the draws.
        groups: of the tasks: figures of images are means over attributes, or areas under curves over strength.
    """

    def __init__(
        self,
        metric_ids: Sequence[str],
        context: EvaluationContext,
        sizes: Sequence[int],
        seed: int,
        groups: TaskGroups,
    ) -> None:
        ready = prepare_metrics(metric_ids, context.resources, context.encoder)
        self._images, self._sets = ready.images, ready.sets
        self._real = {name: _subset(context.real_features(name), seed) for name in ready.encoders}
        self._sizes = sizes
        self._seed = seed
        self._groups = groups

    def of(self, metric: str, level: ScoredLevel) -> dict[int, NDArray[np.float64]]:
        """Values (draws,) by size; NaN where a subsample has none."""
        total = len(level.squared_errors)
        if metric in self._images:
            terms = self._terms_of(metric, level)
            drawn = {size: subsamples(total, size, DRAWS["image"], self._seed) for size in self._sizes}
            return {size: self._of_images(terms, draws) for size, draws in drawn.items()}
        drawn = {size: subsamples(total, size, DRAWS["set"], self._seed) for size in self._sizes}
        return {
            size: np.array([self._of_set(metric, level, tasks) for tasks in draws]) for size, draws in drawn.items()
        }

    def _terms_of(self, metric: str, level: ScoredLevel) -> Array:
        """What each of T tasks adds to the sums of its group, (T, 2, G·K)."""
        columns = level.columns[metric]
        terms = ratio_terms(columns, self._images[metric].ratios(columns))
        return terms_by_group(terms, self._groups.numbers, self._groups.count)

    def _of_images(self, terms: Array, draws: NDArray[np.int64]) -> Array:
        """(D,) of the tasks of D draws, (D, n)."""
        weights = np.zeros((len(draws), len(terms)))
        np.put_along_axis(weights, draws, 1.0, axis=1)
        return mean_over_groups(self._groups.count, self._groups.weights)(np.tensordot(weights, terms, axes=1))

    def _of_set(self, metric: str, level: ScoredLevel, tasks: NDArray[np.int64]) -> float:
        encoder = encoder_of(metric)
        pair = FeaturePair(FeatureSet.of(level.features[encoder][tasks]), self._real[encoder])
        try:
            return self._sets[metric].measure(pair).value
        except MetricUnavailable:  # too few for this metric
            return float("nan")


def _subset(real: FeatureSet, seed: int) -> FeatureSet:
    chosen = np.random.default_rng(seed).permutation(len(real))[:REAL_FACES]
    return FeatureSet.of(real.take(np.sort(chosen)))
