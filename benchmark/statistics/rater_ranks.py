"""Ranks of estimates from answers that share raters and items, by tests of every pair with adjusted p-values."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from benchmark.statistics.face_clusters import Array
from benchmark.statistics.holm import ALPHA, holm
from benchmark.statistics.two_way_bootstrap import NO_SPREAD, Crossed, Estimates, cluster_counts, two_way_variance

MIN_CLUSTERS: Final = 6
"""Raters, and items, that an estimate needs to be ranked: even if fewer all agree, a sign test still calls that chance
at 5%, so that no estimate could be found better or worse."""


def shared_ranks(crossed: Crossed, estimates: Estimates) -> list[int | None]:
    """Ranks of F estimates of which more is better: 1 plus the number that are significantly better.

    Every two estimates are tested (`pair_p_values`), and the p-values adjusted by Holm for the number of pairs, so that
    among equal estimates some two differ significantly in one study of twenty at most. Estimates that do not differ
    significantly may share a rank, and no estimate has a better rank than a greater one, even if the greater one, with
    fewer answers, is not found to be better. An estimate that is NaN, or has fewer than `MIN_CLUSTERS` raters or items,
    has no rank and is in no test; where that leaves only one, that one has no rank either.
    """
    fewer = np.minimum(*cluster_counts(crossed, estimates.part))
    able = np.flatnonzero((fewer >= MIN_CLUSTERS) & np.isfinite(estimates.values))
    ranks: list[int | None] = [None] * len(estimates.values)
    if len(able) < 2:
        return ranks
    ranked = estimates.of(able.tolist())
    ours, theirs = np.triu_indices(len(able), k=1)
    significant = holm(pair_p_values(crossed, ranked, ours, theirs).tolist()) < ALPHA
    ahead = ranked.values[ours] > ranked.values[theirs]
    better = np.zeros(len(able), dtype=np.int64)
    np.add.at(better, theirs, significant & ahead)
    np.add.at(better, ours, significant & ~ahead)
    greatest_first = np.argsort(-ranked.values, kind="stable")
    for index, count in zip(greatest_first, np.maximum.accumulate(better[greatest_first]), strict=True):
        ranks[able[index]] = 1 + int(count)
    return ranks


def pair_p_values(
    crossed: Crossed, estimates: Estimates, ours: NDArray[np.int64], theirs: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Two-sided p-values (P,) of differences of estimates, NaN where one of the two is NaN.

    Student's t test on the two-way cluster-robust variance of the difference. The clusters of a pair are those of the
    estimate with fewer, for raters and items separately: all clusters of both would count faces on which only one was
    shown. Where they leave no spread, the p-value is that of a sign test in which all of them agree.

    Args:
        crossed: the N answers.
        estimates: F estimates from them.
        ours: (P,) indices of estimates.
        theirs: (P,) indices of those that they are compared with.
    """
    counts = cluster_counts(crossed, estimates.part)
    raters, items = (np.minimum(count[ours], count[theirs]) for count in counts)
    fewer = np.minimum(raters, items)
    difference: Array = estimates.values[ours] - estimates.values[theirs]
    influence = estimates.influence[:, ours] - estimates.influence[:, theirs]
    spread = np.sqrt(two_way_variance(crossed, influence, raters, items))
    with np.errstate(divide="ignore", invalid="ignore"):
        by_t = 2 * stdtr(np.maximum(fewer - 1, 1), -np.abs(difference) / spread)
    all_agree = np.minimum(2.0 ** (1 - fewer), 1.0)
    p_values: Array = np.where(difference == 0, 1.0, np.where(spread <= NO_SPREAD, all_agree, by_t))
    return p_values
