"""Intervals of one method's figure: a bootstrap that resamples source faces, not edits, widened by seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.faces import Array, Figure, draw_faces, figures_of_runs, sum_by_face
from benchmark.statistics.seeds import seed_error

NO_INTERVAL = (float("nan"), float("nan"))


def bootstrap_interval(
    runs: Sequence[Array],
    figure: Figure,
    clusters: NDArray[Any],
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of a figure by the cluster bootstrap (Davison and Hinkley 1997, section 3.8).

    One source face yields several edits, which succeed or fail together: whole faces are drawn with replacement, with
    all of their tasks, and with every seed's edits of them. With several seeds the figure is the mean over seeds, and
    each draw also gets a draw of `SeedError`. With fewer than about 20 faces the interval is too narrow, as percentile
    intervals are.

    Args:
        runs: tallies (T, 2, K) of a run a seed. Tasks that a run has no figure for are left out before faces are drawn.
        figure: figures (draws,) from summed tallies (draws, 2, K).
        clusters: (T,) labels, the source face of each task.
        draws: resamples.
        level: coverage, in (0, 1).
        seed: of the draws; equal arguments give equal intervals.

    Returns:
        Lower and upper end; both NaN where fewer than two faces have a figure. Draws whose figure is NaN are skipped.

    Raises:
        ValueError: if a tally does not have one row a task.
    """
    sums = sum_by_face([runs], clusters)
    if sums.num_faces < 2:
        return NO_INTERVAL
    generator = np.random.default_rng(seed)
    (method,) = sums.methods
    drawn = figures_of_runs(method, draw_faces(sums.num_faces, draws, generator), figure)
    error = seed_error([figure(method.sum(axis=1))], [drawn])
    return percentile_interval(drawn.mean(axis=1) + error.draw(draws, generator), level)


def percentile_interval(drawn: Array, level: float = 0.95) -> tuple[float, float]:
    """The central `level` of the draws (draws,) that are no NaN; both ends NaN where all are."""
    finite = drawn[~np.isnan(drawn)]
    if len(finite) == 0:
        return NO_INTERVAL
    low, high = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
