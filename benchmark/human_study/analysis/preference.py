"""How much each method is preferred: shares of choices, mean scores and fool rates, with two-way intervals."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.human_study.analysis.findings import Counts, Figure, PairFinding
from benchmark.human_study.analysis.votes import Votes
from benchmark.human_study.schema import Mode
from benchmark.statistics.bradley_terry import Luce
from benchmark.statistics.face_clusters import Array
from benchmark.statistics.two_way_bootstrap import Figures, Intervals, intervals, ratio_figures

NO_VOTES: Final = "no votes"
FEW_CLUSTERS: Final = "no interval: it takes two raters and two source faces"
ALIKE: Final = "no interval: all votes on the same methods are alike, which leaves no spread to estimate"
UNANIMOUS: Final = (
    "every vote is alike, so that nothing can be resampled: the exact interval of as many votes as there are raters or "
    "source faces, whichever are fewer"
)


def method_figures(votes: Votes, fitted: Luce | None) -> Figures:
    """What each method's options got, the mean over the times that it was shown.

    Args:
        votes: the answers.
        fitted: of choices, the model that says what was to be expected of the methods that met: the mean of each two
            would leave nothing to chance where they met on one face.
    """
    got, shown = _by_method(votes, votes.given), _by_method(votes, np.ones_like(votes.given))
    if fitted is None:
        return ratio_figures(votes.crossed, got, shown)
    figures = ratio_figures(votes.crossed, got, shown, usual=_by_method(votes, fitted.expected))
    num_items = votes.crossed.num_items
    left = max(num_items - len(votes.methods) + 1, 1)  # of items, less the strengths that were fitted to them
    sets = [got[votes.sets == each] for each in np.unique(votes.sets)]
    alike = np.all([np.ptp(each, axis=0) == 0 for each in sets], axis=0)
    return replace(figures, influence=np.where(alike, 0.0, figures.influence * np.sqrt(num_items / left)))


def method_preferences(votes: Votes, figures: Figures, mode: Mode) -> list[Figure]:
    """`method_figures` with their intervals; scores are of 1 to 5, all else of 0 to 1."""
    bounds = (1.0, 5.0) if mode == "mos" else (0.0, 1.0)
    return findings(figures, intervals(votes.crossed, figures), bounds)


def pair_preferences(votes: Votes) -> list[PairFinding]:
    """Of each two methods that were set against each other, the share of choices that the first got."""
    got, shown = _by_method(votes, votes.given), _by_method(votes, np.ones_like(votes.given))
    pairs = [pair for pair in combinations(range(len(votes.methods)), 2) if (shown[:, pair] > 0).all(axis=1).any()]
    if not pairs:
        return []
    first, second = np.array(pairs).T
    both = ((shown[:, first] > 0) & (shown[:, second] > 0)).astype(np.float64)
    figures = ratio_figures(votes.crossed, got[:, first] * both, both)
    found = findings(figures, intervals(votes.crossed, figures), (0.0, 1.0))
    return [
        PairFinding(first=votes.methods[ours], second=votes.methods[theirs], preference=figure)
        for (ours, theirs), figure in zip(pairs, found, strict=True)
    ]


def findings(figures: Figures, ends: Intervals, bounds: tuple[float, float] | None = None) -> list[Figure]:
    """Figures as a file holds them, their intervals within bounds."""
    votes = figures.part.sum(axis=0)
    return [_finding(figures, ends, votes, place, bounds) for place in range(len(votes))]


def _finding(
    figures: Figures, ends: Intervals, votes: NDArray[np.int64], place: int, bounds: tuple[float, float] | None
) -> Figure:
    counts: Counts = {
        "votes": int(votes[place]),
        "raters": int(ends.num_raters[place]),
        "items": int(ends.num_items[place]),
    }
    value, low, high = float(figures.values[place]), float(ends.low[place]), float(ends.high[place])
    if not counts["votes"]:
        return Figure(value=None, reason=NO_VOTES, **counts)
    fewer = min(counts["raters"], counts["items"])
    if fewer < 2:
        return Figure(value=value, reason=FEW_CLUSTERS, **counts)
    if np.isnan(low):
        if bounds == (0.0, 1.0) and value in bounds:
            reach = 0.025 ** (1 / fewer)
            low, high = (0.0, 1 - reach) if value == 0 else (reach, 1.0)
            return Figure(value=value, low=low, high=high, reason=UNANIMOUS, **counts)
        return Figure(value=value, reason=ALIKE, **counts)
    if bounds is not None:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return Figure(value=value, low=low, high=high, **counts)


def _by_method(votes: Votes, values: Array) -> Array:
    """(N, M) the sum over each method's options, in each answer, of their values (N, K)."""
    theirs = votes.shown[..., None] == np.arange(len(votes.methods))
    sums: Array = np.where(theirs, values[..., None], 0.0).sum(axis=1)
    return sums
