"""Ranks from answers that share raters and items: what tells two figures apart, and how many pairs were looked at."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from benchmark.statistics.shared_ranks import pair_p_values, shared_ranks
from benchmark.statistics.two_way import Crossed, Figures, ratio_figures


def means(crossed: Crossed, votes: np.ndarray) -> Figures:
    """A figure a column: the mean of its votes; NaN of an answer that is not about it."""
    there = np.isfinite(votes)
    strata = np.unique(there, axis=0, return_inverse=True)[1].reshape(-1)
    return ratio_figures(crossed, np.where(there, votes, 0.0), there.astype(float), strata, draws=2)


def everyone(raters: int, items: int) -> Crossed:
    """Every rater answers on every item."""
    who, what = (each.ravel() for each in np.indices((raters, items)))
    return Crossed(who, what)


def pair(figures: Figures, crossed: Crossed) -> float:
    return float(pair_p_values(crossed, figures, np.array([0]), np.array([1]))[0])


@pytest.mark.parametrize(("raters", "ranks"), [(5, [1, 1]), (6, [1, 2])])
def test_figures_without_spread_are_told_apart_by_six_who_agree(raters, ranks) -> None:
    crossed = everyone(raters, 8)
    figures = means(crossed, np.tile([1.0, 0.0], (len(crossed.raters), 1)))
    assert pair(figures, crossed) == 2.0 ** (1 - raters)
    assert shared_ranks(crossed, figures) == ranks


def test_ranks_are_shared_where_nothing_tells_methods_apart() -> None:
    crossed = everyone(20, 30)
    votes = (np.random.default_rng(0).random((600, 3)) < [0.8, 0.5, 0.48]).astype(float)
    assert shared_ranks(crossed, means(crossed, votes)) == [1, 2, 2]


def test_a_pair_has_the_clusters_of_its_figure_of_fewer() -> None:
    """One figure is about 3 of 40 items and the other about the rest, so that two degrees of freedom are left."""
    generator = np.random.default_rng(0)
    crossed = everyone(30, 40)
    few = crossed.items < 3
    votes = generator.normal(0, 1, (1200, 2)) + generator.normal(0, 1, 40)[crossed.items, None] + [2.0, 0.0]
    votes[few, 1], votes[~few, 0] = np.nan, np.nan
    figures = means(crossed, votes)
    apart, spread = np.diff(figures.values)[0], 0.0
    for own, number in ((0, 3), (1, 37)):
        by_item = np.array([votes[crossed.items == item, own].mean() for item in range(40)])
        by_item = by_item[np.isfinite(by_item)]
        spread += by_item.var() / number * 3 / 2  # of G clusters, G / (G - 1) times; G is that of the fewer
    assert pair(figures, crossed) == pytest.approx(max(2 * t.sf(abs(apart) / np.sqrt(spread), 2), 0.25), rel=0.05)
    assert shared_ranks(crossed, figures) == [1, 1]


def test_a_difference_that_one_pair_shows_is_not_shown_by_the_luckiest_of_many() -> None:
    crossed = everyone(20, 30)
    generator = np.random.default_rng(0)
    level = np.repeat([0.57, 0.5], [1, 8])
    votes = (generator.random((600, 9)) < level).astype(float)
    figures = means(crossed, votes)
    ours, theirs = np.triu_indices(9, k=1)
    alone = pair_p_values(crossed, figures, ours, theirs)
    assert 1 / 36 * 0.05 < alone.min() < 0.05
    assert set(shared_ranks(crossed, figures)) == {1}
    lucky = [int(ours[alone.argmin()]), int(theirs[alone.argmin()])]
    assert sorted(shared_ranks(crossed, figures.of(lucky))) == [1, 2]


def test_a_figure_of_no_answer_has_no_rank_and_is_in_no_test() -> None:
    crossed = everyone(6, 8)
    votes = np.tile([1.0, 0.0, np.nan], (48, 1))
    assert shared_ranks(crossed, means(crossed, votes)) == [1, 2, None]
