"""Intervals of one method's figure: a bootstrap that resamples faces, not edits, widened by seeds."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.crossed_faces import draw_weights, resample
from benchmark.statistics.face_clusters import (
    Array,
    Statistic,
    group_equal,
    sum_by_face,
    tasks_with_values,
)
from benchmark.statistics.seed_variance import means_over_seeds, pooled_error, seed_spreads, standard_t

NO_INTERVAL = (float("nan"), float("nan"))


def bootstrap_interval(
    runs: Sequence[Array],
    statistic: Statistic,
    clusters: NDArray[Any],
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of a figure by the cluster bootstrap (Davison and Hinkley 1997, section 3.8).

    One source face yields several edits, which succeed or fail together: whole faces are drawn with replacement, with
    all of their tasks, and with every seed's edits of them. Where tasks of different sources share target faces too,
    their variance is added (`Resampled.two_way`). With several seeds the figure is the mean over seeds, and
    each draw also gets a draw of `SeedError`. With fewer than about 20 faces the interval is too narrow, as percentile
    intervals are.

    Args:
        runs: tallies (T, 2, K) of a run a seed. Tasks that a run has no figure for are left out before faces are drawn.
        statistic: figures (draws,) from summed ratio terms (draws, 2, K).
        clusters: (T,) labels, the source face of each task; or (T, 2), its source and its target face.
        draws: resamples.
        level: coverage, in (0, 1).
        seed: of the draws; equal arguments give equal intervals.

    Returns:
        Lower and upper end; both NaN where fewer than two faces have a figure. Draws whose figure is NaN are skipped.

    Raises:
        ValueError: if a tally does not have one row a task.
    """
    return bootstrap_intervals([runs], statistic, clusters, draws, level, seed)[0]


def bootstrap_intervals(
    methods: Sequence[Sequence[Array]],
    statistic: Statistic,
    clusters: NDArray[Any],
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> list[tuple[float, float]]:
    """`bootstrap_interval` of many methods at once: those that have figures for the same tasks share their draws.

    Args:
        methods: a method each, its runs' tallies (T, 2, K).
        statistic: as for one.
        clusters: as for one.
        draws: as for one.
        level: as for one.
        seed: as for one.
    """
    found = [NO_INTERVAL] * len(methods)
    for places in group_equal(tasks_with_values(methods)):
        sums = sum_by_face([methods[place] for place in places], clusters)
        if sums.num_faces < 2:
            continue
        generator = np.random.default_rng(seed)
        runs_drawn = resample(sums, draw_weights(sums.counts, draws, generator), statistic)
        spreads = seed_spreads(sums.figures(statistic), runs_drawn.by_source)
        errors = [pooled_error([spread]) for spread in spreads]
        # Student's t of the same freedom is drawn once, and scaled to each
        shared = {
            freedom: standard_t(freedom, draws, deepcopy(generator))
            for freedom in {error.freedom_drawn for error in errors}
        }
        means = runs_drawn.map(partial(means_over_seeds, seeds=sums.num_seeds)).two_way
        for method, error in enumerate(errors):
            means[:, method] += error.scale * shared[error.freedom_drawn]
        found_here = percentile_intervals(means, level)
        for place, interval in zip(places, found_here, strict=True):
            found[place] = interval
    return found


def percentile_intervals(drawn: Array, level: float = 0.95) -> list[tuple[float, float]]:
    """`percentile_interval` of each column of (draws, N)."""
    ends = [(1 - level) / 2, (1 + level) / 2]
    if np.isnan(drawn).any():
        return [percentile_interval(column, level) for column in drawn.T]
    lows, highs = np.quantile(drawn, ends, axis=0)
    return list(zip(lows.tolist(), highs.tolist(), strict=True))


def percentile_interval(drawn: Array, level: float = 0.95) -> tuple[float, float]:
    """The central `level` of the draws (draws,) that are no NaN; both ends NaN where all are."""
    finite = drawn[~np.isnan(drawn)]
    if len(finite) == 0:
        return NO_INTERVAL
    low, high = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
