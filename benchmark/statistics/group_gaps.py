"""A figure by group of tasks, and the gap between the best and the worst group, with intervals that resample faces."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.bootstrap import NO_INTERVAL, percentile_intervals
from benchmark.statistics.crossed_faces import Resampled, draw_weights, mean_over_seeds
from benchmark.statistics.face_clusters import (
    Array,
    Statistic,
    statistics_of_runs,
    sum_by_face,
)
from benchmark.statistics.ratios import StatisticOfGroups, terms_by_group
from benchmark.statistics.seed_variance import seed_error
from benchmark.statistics.simultaneous import simultaneous_half_widths

MIN_TASKS: Final = 30
"""Tasks of a group below which its figure is shown, and not ranked."""
DRAWS: Final = 1000


@dataclass(frozen=True)
class GroupFigure:
    """The figure of one group, the mean over seeds.

    Attributes:
        value: NaN where the group has no task with a figure.
        low: lower end of the 95% interval; NaN where there is none.
        high: upper end.
        num_tasks: tasks that every seed has a figure for.
    """

    value: float
    low: float
    high: float
    num_tasks: int

    @property
    def ranked(self) -> bool:
        """Whether it may be the best or the worst."""
        return self.num_tasks >= MIN_TASKS and bool(np.isfinite(self.value))


@dataclass(frozen=True)
class Gap:
    """By how much one group is ahead of another: the best of all ranked ones of the worst.

    Attributes:
        best: number of the group.
        worst: that of the other.
        value: their difference, not below 0.
        low: lower end of its 95% interval, which holds whichever two groups turn out to be these; NaN where none.
        high: upper end.
    """

    best: int
    worst: int
    value: float
    low: float
    high: float


def figures_by_group(
    runs: Sequence[Array],
    statistic: Statistic,
    clusters: NDArray[Any],
    groups: NDArray[np.integer[Any]],
    num_groups: int,
    *,
    more_is_better: bool = True,
    draws: int = DRAWS,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[list[GroupFigure], Gap | None]:
    """The figure of every group, and the gap between the best and the worst of those with `MIN_TASKS` or more.

    All groups share the draws of source faces, so that what a face does to two groups cancels in their difference, and
    seeds are nested as in `bootstrap_interval`. The best and the worst are chosen by looking, which favours large gaps:
    the gap's interval is the simultaneous one of all differences of two groups (the bootstrapped maximum of their
    standardized deviations), and so covers the difference of whichever two are chosen.

    Args:
        runs: tallies (T, 2, K) of a run a seed.
        statistic: figures (...) from summed ratio terms (..., 2, K).
        clusters: (T,) labels, the source face of each task; or (T, 2), its source and its target face.
        groups: (T,) the number of each task's group, below 0 where it is in none.
        num_groups: how many there are.
        more_is_better: the direction of the metric.
        draws: resamples.
        level: coverage, in (0, 1).
        seed: of the draws.

    Returns:
        A figure per group; and the gap, None where fewer than two groups are ranked.
    """
    grouped = groups >= 0
    tallies = [terms_by_group(tally[grouped], groups[grouped], num_groups) for tally in runs]
    sums = sum_by_face([tallies], clusters[grouped])
    of_groups = StatisticOfGroups(statistic, num_groups)
    known = np.all([tally[grouped].any(axis=(1, 2)) for tally in runs], axis=0)
    counts = np.bincount(groups[grouped][known], minlength=num_groups)
    values = of_groups(sums.methods[0].sum(axis=1))
    generator = np.random.default_rng([seed, 1])
    drawn: Sequence[Resampled] | None = None
    intervals = dict.fromkeys(range(num_groups), NO_INTERVAL)
    if sums.num_faces > 1 and counts.any():
        weights = _weights(sums.counts, draws, seed)
        by_way = [
            statistics_of_runs(way.methods[0], of_way, of_groups)
            for way, of_way in zip(sums.ways, weights, strict=True)
        ]
        drawn = [Resampled(of_group) for of_group in zip(*by_way, strict=True)]
        filled = np.flatnonzero(counts).tolist()
        means = np.stack([_with_seeds(values[group], drawn[group], generator) for group in filled], axis=1)
        intervals |= zip(filled, percentile_intervals(means, level), strict=True)
    figures = [
        GroupFigure(float(of_seeds.mean()) if number else np.nan, *intervals[group], number)
        for group, (of_seeds, number) in enumerate(zip(values, counts.tolist(), strict=True))
    ]
    ranked = [group for group in range(num_groups) if figures[group].ranked]
    if len(ranked) < 2:
        return figures, None
    sign = 1 if more_is_better else -1
    best = max(ranked, key=lambda group: sign * figures[group].value)
    worst = min((group for group in ranked if group != best), key=lambda group: sign * figures[group].value)
    value = abs(figures[best].value - figures[worst].value)
    half = _half_width(ranked, (best, worst), values, drawn, generator, level)
    return figures, Gap(best, worst, value, value - half, value + half)


@lru_cache(maxsize=4)
def _weights(counts: tuple[int, ...], draws: int, seed: int) -> list[Array]:
    """Draws of faces in every way, the same for every metric and grouping of a page."""
    return draw_weights(counts, draws, np.random.default_rng(seed))


def _with_seeds(values: Array, drawn: Resampled, generator: np.random.Generator) -> Array:
    """Means over seeds (draws,) under resampled faces, with the error that seeds add."""
    error = seed_error([values], [drawn.by_source])
    means = drawn.map(mean_over_seeds).two_way
    return means + error.draw(len(means), deepcopy(generator)) if error.freedom_drawn else means


def _half_width(
    ranked: Sequence[int],
    chosen: tuple[int, int],
    values: Array,
    drawn: Sequence[Resampled] | None,
    generator: np.random.Generator,
    level: float,
) -> float:
    """Half of the simultaneous interval of the difference of two groups; NaN where faces are too few."""
    if drawn is None:
        return float("nan")
    pairs = list(combinations(ranked, 2))
    deviations = []
    for one, other in pairs:
        apart = values[one] - values[other]
        deviations.append(_with_seeds(apart, drawn[one] - drawn[other], generator) - apart.mean())
    widths = simultaneous_half_widths(np.stack(deviations, axis=1), level)
    return float(widths[[set(pair) for pair in pairs].index(set(chosen))])
