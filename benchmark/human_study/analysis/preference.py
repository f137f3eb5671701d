"""How much each method is preferred: shares of choices, mean scores and fool rates, with two-way intervals."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.human_study.analysis.findings import Counts, Estimate, PairFinding
from benchmark.human_study.analysis.votes import Votes
from benchmark.human_study.schema import Mode
from benchmark.statistics.bradley_terry import Luce
from benchmark.statistics.face_clusters import Array
from benchmark.statistics.two_way_bootstrap import Estimates, Intervals, intervals, ratio_estimates

NO_VOTES: Final = "no votes"
FEW_CLUSTERS: Final = "no interval: it needs two raters and two source faces"
ALIKE: Final = "no interval: all votes on the same methods are alike, which leaves no spread to estimate"
UNANIMOUS: Final = (
    "every vote is alike, so that nothing can be resampled: the exact interval of as many votes as there are raters or "
    "source faces, whichever is fewer"
)


def method_estimates(votes: Votes, fitted: Luce | None) -> Estimates:
    """Mean score of each method's options, over the times that it was shown.

    Args:
        votes: the answers.
        fitted: for choices, the model that gives the expected scores of the methods compared: the mean of each pair
            would leave no residual where they were compared on one face only.
    """
    scores, shown = _by_method(votes, votes.scores), _by_method(votes, np.ones_like(votes.scores))
    if fitted is None:
        return ratio_estimates(votes.crossed, scores, shown)
    estimates = ratio_estimates(votes.crossed, scores, shown, expected=_by_method(votes, fitted.expected))
    num_items = votes.crossed.num_items
    freedom = max(num_items - len(votes.methods) + 1, 1)  # of items, less the strengths fitted to them
    sets = [scores[votes.sets == number] for number in np.unique(votes.sets)]
    alike = np.all([np.ptp(scores_of_set, axis=0) == 0 for scores_of_set in sets], axis=0)
    return replace(estimates, influence=np.where(alike, 0.0, estimates.influence * np.sqrt(num_items / freedom)))


def method_preferences(votes: Votes, estimates: Estimates, mode: Mode) -> list[Estimate]:
    """`method_estimates` with their intervals; scores lie in 1 to 5, everything else in 0 to 1."""
    bounds = (1.0, 5.0) if mode == "mos" else (0.0, 1.0)
    return as_findings(estimates, intervals(votes.crossed, estimates), bounds)


def pair_preferences(votes: Votes) -> list[PairFinding]:
    """For every two methods that were compared, the share of choices that the first got."""
    scores, shown = _by_method(votes, votes.scores), _by_method(votes, np.ones_like(votes.scores))
    pairs = [pair for pair in combinations(range(len(votes.methods)), 2) if (shown[:, pair] > 0).all(axis=1).any()]
    if not pairs:
        return []
    first, second = np.array(pairs).T
    both = ((shown[:, first] > 0) & (shown[:, second] > 0)).astype(np.float64)
    estimates = ratio_estimates(votes.crossed, scores[:, first] * both, both)
    preferences = as_findings(estimates, intervals(votes.crossed, estimates), (0.0, 1.0))
    return [
        PairFinding(first=votes.methods[one], second=votes.methods[other], preference=preference)
        for (one, other), preference in zip(pairs, preferences, strict=True)
    ]


def as_findings(estimates: Estimates, ends: Intervals, bounds: tuple[float, float] | None = None) -> list[Estimate]:
    """Estimates as in the file, with their intervals within bounds."""
    votes = estimates.part.sum(axis=0)
    return [_finding(estimates, ends, votes, index, bounds) for index in range(len(votes))]


def _finding(
    estimates: Estimates, ends: Intervals, votes: NDArray[np.int64], index: int, bounds: tuple[float, float] | None
) -> Estimate:
    counts: Counts = {
        "votes": int(votes[index]),
        "raters": int(ends.num_raters[index]),
        "items": int(ends.num_items[index]),
    }
    value, low, high = float(estimates.values[index]), float(ends.low[index]), float(ends.high[index])
    if not counts["votes"]:
        return Estimate(value=None, reason=NO_VOTES, **counts)
    fewer = min(counts["raters"], counts["items"])
    if fewer < 2:
        return Estimate(value=value, reason=FEW_CLUSTERS, **counts)
    if np.isnan(low):
        if bounds == (0.0, 1.0) and value in bounds:
            reach = 0.025 ** (1 / fewer)
            low, high = (0.0, 1 - reach) if value == 0 else (reach, 1.0)
            return Estimate(value=value, low=low, high=high, reason=UNANIMOUS, **counts)
        return Estimate(value=value, reason=ALIKE, **counts)
    if bounds is not None:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return Estimate(value=value, low=low, high=high, **counts)


def _by_method(votes: Votes, values: Array) -> Array:
    """(N, M) the sum over each method's options, in each answer, of their values (N, K)."""
    is_of_method = votes.shown[..., None] == np.arange(len(votes.methods))
    sums: Array = np.where(is_of_method, values[..., None], 0.0).sum(axis=1)
    return sums
