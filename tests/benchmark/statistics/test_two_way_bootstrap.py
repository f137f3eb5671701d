"""Intervals over raters and items: what they cover, where Wilson's do not, and where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.statistics.two_way_bootstrap import Crossed, intervals, ratio_estimates, resampled_sums


def shares(crossed: Crossed, votes: np.ndarray):
    """One estimate: the mean of the votes."""
    return ratio_estimates(crossed, votes[:, None], np.ones((len(votes), 1)), draws=400)


def drawn(generator, raters: int, items: int, spread: tuple[float, float]) -> tuple[Crossed, np.ndarray]:
    """Votes of raters on all items, each with a lean of its own on the scale of log odds."""
    lean = generator.normal(0.4, spread[0], raters)[:, None] + generator.normal(0, spread[1], items)
    votes = generator.random((raters, items)) < 1 / (1 + np.exp(-lean))
    who, what = np.indices((raters, items))
    return Crossed(who.ravel(), what.ravel()), votes.ravel().astype(float)


def wilson(votes: np.ndarray) -> tuple[float, float]:
    number, mean, z = len(votes), votes.mean(), 1.96
    middle = (mean + z * z / 2 / number) / (1 + z * z / number)
    half = z / (1 + z * z / number) * np.sqrt(mean * (1 - mean) / number + z * z / 4 / number**2)
    return middle - half, middle + half


@pytest.mark.integration
@pytest.mark.parametrize("spread", [(0.5, 1.0), (0.3, 0.3)], ids=["tastes differ", "mostly chance"])
def test_95_percent_intervals_cover_93_to_98_where_wilsons_do_not(spread) -> None:
    generator = np.random.default_rng(7)
    truth = np.mean(1 / (1 + np.exp(-generator.normal(0.4, np.hypot(*spread), 1_000_000))))
    made = [drawn(generator, 30, 40, spread) for _ in range(400)]
    found = [intervals(crossed, shares(crossed, votes)) for crossed, votes in made]
    assert 0.93 <= np.mean([interval.low[0] <= truth <= interval.high[0] for interval in found]) <= 0.98
    assert np.mean([low <= truth <= high for low, high in (wilson(votes) for _, votes in made)]) < 0.85


def test_resampled_sums_are_those_of_drawn_raters_and_items_in_blocks_or_whole(monkeypatch) -> None:
    crossed, votes = drawn(np.random.default_rng(0), 5, 6, (1.0, 1.0))
    columns = np.stack([votes, np.ones(30)], axis=1)
    whole = resampled_sums(crossed, columns, 50)
    assert np.allclose(whole[:, 1], 30)  # as many raters and items are drawn as there are
    assert whole[:, 0].std() > 0
    monkeypatch.setattr("benchmark.statistics.two_way_bootstrap._MAX_BLOCK_WEIGHTS", 100)
    assert np.allclose(resampled_sums(crossed, columns, 50), whole)


def test_one_rater_or_one_item_has_no_interval() -> None:
    votes = np.array([1.0, 0.0, 1.0, 0.0])
    for crossed in (Crossed(np.zeros(4, int), np.arange(4)), Crossed(np.arange(4), np.zeros(4, int))):
        found = intervals(crossed, shares(crossed, votes))
        assert np.isnan([found.low[0], found.high[0]]).all()
        assert min(found.num_raters[0], found.num_items[0]) == 1


def test_votes_that_are_all_alike_leave_nothing_to_resample() -> None:
    crossed, votes = drawn(np.random.default_rng(0), 5, 6, (1.0, 1.0))
    assert np.isnan(intervals(crossed, shares(crossed, np.ones_like(votes))).low[0])
