"""Ranks of estimates from answers that share raters and items: who is better, every two of them tested and adjusted."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from benchmark.statistics.face_clusters import Array
from benchmark.statistics.holm import ALPHA, holm
from benchmark.statistics.two_way_bootstrap import NO_SPREAD, Crossed, Estimates, cluster_counts, two_way_variance

MIN_CLUSTERS: Final = 6
"""Raters, and items, that a estimate must have to be ranked: if fewer all agree, a sign test still calls it chance at
5%, so that nothing could be found better, and nothing worse."""


def shared_ranks(crossed: Crossed, estimates: Estimates) -> list[int | None]:
    """Ranks of F estimates of which more is better: 1 plus the number that are better beyond doubt.

    Every two estimates are tested (`pair_p_values`), and the p-values adjusted by Holm for the number of pairs, so that
    of estimates that do not differ some two are told apart in one study of twenty at most. Estimates that cannot be
    told apart may share a rank, and no estimate has a better rank than a greater one, though of fewer answers it may be
    the one that is not found worse. A estimate that is NaN, or of fewer than `MIN_CLUSTERS` raters or items, has no
    rank and is in no test; where that leaves one, it has none either.
    """
    fewer = np.minimum(*cluster_counts(crossed, estimates.part))
    able = np.flatnonzero((fewer >= MIN_CLUSTERS) & np.isfinite(estimates.values))
    ranks: list[int | None] = [None] * len(estimates.values)
    if len(able) < 2:
        return ranks
    mine = estimates.of(able.tolist())
    ours, theirs = np.triu_indices(len(able), k=1)
    apart = holm(pair_p_values(crossed, mine, ours, theirs).tolist()) < ALPHA
    ahead = mine.values[ours] > mine.values[theirs]
    better = np.zeros(len(able), dtype=np.int64)
    np.add.at(better, theirs, apart & ahead)
    np.add.at(better, ours, apart & ~ahead)
    greatest_first = np.argsort(-mine.values, kind="stable")
    for place, count in zip(greatest_first, np.maximum.accumulate(better[greatest_first]), strict=True):
        ranks[able[place]] = 1 + int(count)
    return ranks


def pair_p_values(
    crossed: Crossed, estimates: Estimates, ours: NDArray[np.int64], theirs: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Two-sided p-values (P,) of differences of estimates, NaN where one of the two is NaN.

    Student's t test on the two-way cluster-robust variance of the difference. A pair's clusters are those of its
    estimate
    that has fewer, raters and items each: all clusters of both would count faces on which only one was shown. Where
    they leave no spread, the p-value is that of a sign test in which all of them agree.

    Args:
        crossed: the N answers.
        estimates: of them, F.
        ours: (P,) places of estimates.
        theirs: (P,) places of those that they are set against.
    """
    counts = cluster_counts(crossed, estimates.part)
    raters, items = (np.minimum(each[ours], each[theirs]) for each in counts)
    fewer = np.minimum(raters, items)
    apart: Array = estimates.values[ours] - estimates.values[theirs]
    influence = estimates.influence[:, ours] - estimates.influence[:, theirs]
    spread = np.sqrt(two_way_variance(crossed, influence, raters, items))
    with np.errstate(divide="ignore", invalid="ignore"):
        by_t = 2 * t.sf(np.abs(apart) / spread, np.maximum(fewer - 1, 1))
    all_agree = np.minimum(2.0 ** (1 - fewer), 1.0)
    p_values: Array = np.where(apart == 0, 1.0, np.where(spread <= NO_SPREAD, all_agree, by_t))
    return p_values
