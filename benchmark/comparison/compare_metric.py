"""One metric of two methods under one protocol: figures, the paired difference, its interval and p-value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from benchmark.results.attributes import tally_of_attribute
from benchmark.results.method_runs import MethodRuns
from benchmark.results.schema import MetricInfo, Value
from benchmark.results.task_scores import TaskScores
from benchmark.statistics.bootstrap import bootstrap_interval
from benchmark.statistics.holm import ALPHA
from benchmark.statistics.paired import FLIPS, Side, paired_difference
from benchmark.statistics.ratios import Array, mean_of_ratios
from benchmark.statistics.seed_variance import MIN_SEEDS, seed_error


@dataclass(frozen=True)
class Estimate:
    """A method's figure, the mean over its seeds, with its 95% interval where there is one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class MetricComparison:
    """What one metric says of two methods.

    Attributes:
        a: the first method's figure; None where `reason` says why.
        b: the second's.
        gain: by how much the first is better, in the metric's unit; negative where it is worse.
        low: lower end of the gain's 95% interval.
        high: upper end.
        p_value: two-sided, of no difference.
        holm_p: the same, adjusted for all matches of a comparison.
        n: tasks (or images, of a set metric) behind the figures.
        reason: why something is missing.
        attribute: whose tasks alone it is of; "" where it is of all tasks.
    """

    protocol: str
    metric: str
    facts: MetricInfo
    a: Estimate | None = None
    b: Estimate | None = None
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    holm_p: float | None = None
    n: int = 0
    reason: str | None = None
    attribute: str = ""

    @property
    def is_significant(self) -> bool:
        """Whether the adjusted p is below 0.05."""
        return self.gain is not None and self.holm_p is not None and self.holm_p < ALPHA

    @property
    def is_below_the_last_digit(self) -> bool:
        """Whether tables print the gain as 0: none to speak of, however surely it is there."""
        return self.gain is not None and round(abs(self.gain) / self.facts.scale, self.facts.decimals) == 0

    @property
    def better(self) -> Literal["a", "b"] | None:
        """The method that is significantly better, by a gain that tables do not print as 0."""
        if self.gain is None or not self.is_significant or self.is_below_the_last_digit:
            return None
        return "a" if self.gain > 0 else "b"


def compare_per_image(
    protocol: str,
    metric: str,
    facts: MetricInfo,
    methods: tuple[MethodRuns, MethodRuns],
    scores: tuple[Sequence[TaskScores], Sequence[TaskScores]],
    *,
    seeds_paired: bool = False,
    attribute: str | None = None,
) -> MetricComparison:
    """Compare two methods on an image metric, on the tasks that every run of both has a figure for.

    Args:
        protocol: its name.
        metric: its registered name.
        facts: what its card says.
        methods: the two, all of whose runs were scored with the metric.
        scores: theirs, a run a seed.
        seeds_paired: as in `paired_difference`.
        attribute: whose tasks alone are compared, without a p-value; all tasks where none is given.
    """
    clusters = scores[0][0].faces
    statistic = scores[0][0].statistic if attribute is None else mean_of_ratios

    def tally(run: TaskScores) -> Array:
        return run.tally(metric) if attribute is None else tally_of_attribute(run, metric, attribute)

    sides = [Side([tally(run) for run in runs], method.trained) for method, runs in zip(methods, scores, strict=True)]
    if len({tally.shape[1:] for side in sides for tally in side.runs}) > 1:
        return MetricComparison(protocol, metric, facts, reason="the runs were scored in different parts")
    flips = FLIPS if attribute is None else 0
    found = paired_difference(sides[0], sides[1], statistic, clusters, flips=flips, seeds_paired=seeds_paired)
    if math.isnan(found.value):
        return MetricComparison(protocol, metric, facts, reason="no task has a figure of both")
    shared = np.all([(tally != 0).any(axis=(1, 2)) for side in sides for tally in side.runs], axis=0)
    intervals = [
        bootstrap_interval([tally[shared] for tally in side.runs], statistic, clusters[shared]) for side in sides
    ]
    a, b = (
        Estimate(value, _or_none(low), _or_none(high))
        for value, (low, high) in zip((found.ours, found.theirs), intervals, strict=True)
    )
    gain, low, high = found.value, found.low, found.high
    if facts.direction == "down":
        gain, low, high = -gain, -high, -low
    return MetricComparison(
        protocol,
        metric,
        facts,
        a,
        b,
        gain,
        _or_none(low),
        _or_none(high),
        _or_none(found.p_value),
        n=found.num_tasks,
        reason=None if found.num_faces > 1 else "one source face: no interval and no p-value",
        attribute=attribute or "",
    )


def match_sets(
    protocol: str,
    metric: str,
    facts: MetricInfo,
    methods: tuple[MethodRuns, MethodRuns],
    values: tuple[Sequence[Value], Sequence[Value]],
    *,
    seeds_paired: bool = False,
) -> MetricComparison:
    """Compare two methods on a set metric by the spread of its figure over seeds.

    A distance of sets is biased by their size, so that its bootstrap interval can miss the figure itself: none is made.

    Args:
        protocol: its name.
        metric: its registered name.
        facts: what its card says.
        methods: the two.
        values: their figures, a run a seed, none of them missing.
        seeds_paired: as in `paired_difference`.
    """
    values_of = [np.array([value.value for value in of_method], dtype=np.float64) for of_method in values]
    ours, theirs = (float(of_seeds.mean()) for of_seeds in values_of)
    gain = ours - theirs if facts.direction == "up" else theirs - ours
    n = min(value.n for of_method in values for value in of_method)
    plain = MetricComparison(protocol, metric, facts, Estimate(ours), Estimate(theirs), gain, n=n)
    trained = [(of_seeds, side) for of_seeds, side in zip(values_of, methods, strict=True) if side.trained]
    if not trained:
        return replace(plain, reason="a set metric varies over training seeds alone, and neither method is trained")
    for _, side in trained:
        if len(side.runs) < MIN_SEEDS:
            reason = f"a set metric needs {MIN_SEEDS} seeds for an interval and a p-value; {side.name} has "
            return replace(plain, reason=f"{reason}{len(side.runs)}")
    if seeds_paired and len(trained) == len(methods):
        error = seed_error([values_of[0] - values_of[1]])
    else:
        error = seed_error([of_seeds for of_seeds, _ in trained])
    if error.scale == 0:
        return replace(plain, reason="its figure is the same for every seed")
    half = error.half_width()
    return replace(plain, low=gain - half, high=gain + half, p_value=error.p_value(gain))


def _or_none(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
