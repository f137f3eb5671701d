"""Ranks from answers that share raters and items: which differences are significant, and how many pairs were tested."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from benchmark.statistics.rater_ranks import pair_p_values, shared_ranks
from benchmark.statistics.two_way_bootstrap import Crossed, Estimates, ratio_estimates


def means(crossed: Crossed, votes: np.ndarray) -> Estimates:
    """One estimate per column: the mean of its votes; NaN for an answer that is not about it."""
    there = np.isfinite(votes)
    return ratio_estimates(crossed, np.where(there, votes, 0.0), there.astype(float), draws=2)


def everyone(raters: int, items: int) -> Crossed:
    """Every rater answers on every item."""
    who, what = (index.ravel() for index in np.indices((raters, items)))
    return Crossed(who, what)


def pair(estimates: Estimates, crossed: Crossed) -> float:
    return float(pair_p_values(crossed, estimates, np.array([0]), np.array([1]))[0])


@pytest.mark.parametrize(("raters", "ranks"), [(5, [None, None]), (6, [1, 2])])
def test_estimates_without_spread_differ_significantly_from_six_who_agree(raters, ranks) -> None:
    crossed = everyone(raters, 8)
    estimates = means(crossed, np.tile([1.0, 0.0], (len(crossed.raters), 1)))
    assert pair(estimates, crossed) == 2.0 ** (1 - raters)
    assert shared_ranks(crossed, estimates) == ranks


def test_ranks_are_shared_where_nothing_tells_methods_apart() -> None:
    crossed = everyone(20, 30)
    votes = (np.random.default_rng(0).random((600, 3)) < [0.8, 0.5, 0.48]).astype(float)
    assert shared_ranks(crossed, means(crossed, votes)) == [1, 2, 2]


def test_a_pair_has_the_clusters_of_its_estimate_with_fewer() -> None:
    """One estimate is about 7 of 40 items and the other about the rest, so that six degrees of freedom are left."""
    generator = np.random.default_rng(0)
    crossed = everyone(30, 40)
    few = crossed.items < 7
    votes = generator.normal(0, 1, (1200, 2)) + generator.normal(0, 1, 40)[crossed.items, None] + [1.0, 0.0]
    votes[few, 1], votes[~few, 0] = np.nan, np.nan
    estimates = means(crossed, votes)
    apart, spread = np.diff(estimates.values)[0], 0.0
    for own, number in ((0, 7), (1, 33)):
        by_item = np.array([votes[crossed.items == item, own].mean() for item in range(40)])
        by_item = by_item[np.isfinite(by_item)]
        spread += by_item.var() / number * 7 / 6  # of G clusters, G / (G - 1) times; G is that of the fewer
    assert pair(estimates, crossed) == pytest.approx(2 * t.sf(abs(apart) / np.sqrt(spread), 6), rel=0.05)
    assert shared_ranks(crossed, estimates) == [1, 1]


def about(levels: list[tuple[range, float, float]], crossed: Crossed) -> Estimates:
    """Estimates of some items each, of a level, on every other item as much above it as on the next below."""
    votes = np.full((len(crossed.items), len(levels)), np.nan)
    for place, (items, level, apart) in enumerate(levels):
        own = np.isin(crossed.items, items)
        votes[own, place] = level + apart * (-1.0) ** crossed.items[own]
    return means(crossed, votes)


def test_no_estimate_is_ranked_above_a_greater_one_for_having_fewer_answers() -> None:
    crossed = everyone(20, 40)
    estimates = about([(range(20), 1.0, 0.3), (range(20, 34), 0.5, 0.3), (range(34, 40), 0.48, 0.6)], crossed)
    of_many, of_few = pair_p_values(crossed, estimates, np.array([0, 0]), np.array([1, 2]))
    assert of_many < 0.05 / 3 < 0.05 < of_few  # the last, of six items, is not found worse than the first
    assert shared_ranks(crossed, estimates) == [1, 2, 2]


def test_an_estimate_of_five_items_has_no_rank_and_others_have() -> None:
    crossed = everyone(20, 40)
    estimates = about([(range(18), 2.0, 0.3), (range(18, 35), 1.0, 0.3), (range(35, 40), 0.0, 0.3)], crossed)
    assert shared_ranks(crossed, estimates) == [1, 2, None]
    assert shared_ranks(crossed, estimates.of([0, 2])) == [None, None]


def test_a_difference_that_one_pair_shows_is_not_shown_by_the_luckiest_of_many() -> None:
    crossed = everyone(20, 30)
    generator = np.random.default_rng(0)
    level = np.repeat([0.57, 0.5], [1, 8])
    votes = (generator.random((600, 9)) < level).astype(float)
    estimates = means(crossed, votes)
    ours, theirs = np.triu_indices(9, k=1)
    alone = pair_p_values(crossed, estimates, ours, theirs)
    assert 1 / 36 * 0.05 < alone.min() < 0.05
    assert set(shared_ranks(crossed, estimates)) == {1}
    lucky = [int(ours[alone.argmin()]), int(theirs[alone.argmin()])]
    assert sorted(shared_ranks(crossed, estimates.of(lucky))) == [1, 2]


def test_an_estimate_of_no_answer_has_no_rank_and_is_in_no_test() -> None:
    crossed = everyone(6, 8)
    votes = np.tile([1.0, 0.0, np.nan], (48, 1))
    assert shared_ranks(crossed, means(crossed, votes)) == [1, 2, None]
