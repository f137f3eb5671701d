"""Intervals of one method's score: a bootstrap that resamples source faces, not edits, widened by seeds."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.face_clusters import (
    Array,
    Statistic,
    draw_faces,
    group_equal,
    statistics_of_runs,
    sum_by_face,
    tasks_with_values,
)
from benchmark.statistics.seed_variance import seed_error, standard_t

NO_INTERVAL = (float("nan"), float("nan"))


def bootstrap_interval(
    runs: Sequence[Array],
    statistic: Statistic,
    clusters: NDArray[Any],
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of a score by the cluster bootstrap (Davison and Hinkley 1997, section 3.8).

    One source face yields several edits, which succeed or fail together: whole faces are drawn with replacement, with
    all of their tasks and every seed's edits of them. With several seeds the score is the mean over seeds, and each
    draw also gets a draw of `SeedError`. With fewer than about 20 faces the interval is too narrow, as percentile
    intervals are.

    Args:
        runs: tallies (T, 2, K), one run per seed. Tasks without a value in some run are left out before faces are
            drawn.
        statistic: scores (draws,) from summed tallies (draws, 2, K).
        clusters: (T,) labels, the source face of each task.
        draws: resamples.
        level: coverage, in (0, 1).
        seed: of the draws; equal arguments give equal intervals.

    Returns:
        Lower and upper end; both NaN where fewer than two faces have a value. Draws whose score is NaN are skipped.

    Raises:
        ValueError: if a tally does not have one row per task.
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
    """`bootstrap_interval` of many methods at once: those with values for the same tasks share their draws.

    Args:
        methods: the tallies (T, 2, K) of every method's runs.
        statistic: as for one.
        clusters: as for one.
        draws: as for one.
        level: as for one.
        seed: as for one.
    """
    found = [NO_INTERVAL] * len(methods)
    for indices in group_equal([tasks_with_values(runs) for runs in methods]):
        sums = sum_by_face([methods[index] for index in indices], clusters)
        if sums.num_faces < 2:
            continue
        generator = np.random.default_rng(seed)
        weights = draw_faces(sums.num_faces, draws, generator)
        runs_drawn = statistics_of_runs(np.concatenate(sums.methods), weights, statistic)
        ends = np.cumsum([len(method) for method in sums.methods])[:-1]
        shared: dict[int, Array] = {}  # Student's t with the same degrees of freedom is drawn once, then scaled
        for index, method, drawn in zip(indices, sums.methods, np.split(runs_drawn, ends, axis=1), strict=True):
            error = seed_error([statistic(method.sum(axis=1))], [drawn])
            freedom = error.freedom_drawn
            if freedom not in shared:
                shared[freedom] = standard_t(freedom, draws, deepcopy(generator))
            found[index] = percentile_interval(drawn.mean(axis=1) + error.scale * shared[freedom], level)
    return found


def percentile_interval(drawn: Array, level: float = 0.95) -> tuple[float, float]:
    """The central `level` of the draws (draws,) that are not NaN; both ends NaN where all are."""
    finite = drawn[~np.isnan(drawn)]
    if len(finite) == 0:
        return NO_INTERVAL
    low, high = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
