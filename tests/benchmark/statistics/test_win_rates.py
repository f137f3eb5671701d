"""Ranks by win rate: wins, ties, missing values, and who shares a rank."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.statistics.win_rates import rank_methods, rate_against, win_rates

NAN = float("nan")


def test_wins_are_averaged_over_metrics_and_a_tie_is_half() -> None:
    merits = np.array([[3.0, 1.0], [2.0, 1.0], [1.0, 0.0]])
    np.testing.assert_allclose(win_rates(merits), [(1 + 0.75) / 2, (0.5 + 0.75) / 2, 0])


def test_an_axis_has_one_vote_however_many_metrics_measure_it() -> None:
    merits = np.array([[1.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
    np.testing.assert_allclose(win_rates(merits), [0.75, 0.25])
    np.testing.assert_allclose(win_rates(merits, axes=[0, 0, 0, 1]), [0.5, 0.5])
    merits[0, 3] = NAN  # an axis without a figure, or a rival, is left out
    np.testing.assert_allclose(win_rates(merits, axes=[0, 0, 0, 1]), [1, 0])


def test_one_that_is_set_against_others_is_no_rival_of_theirs() -> None:
    rivals = np.array([[3.0, 1.0], [1.0, 3.0]])
    found = rate_against(np.array([2.0, 2.0]), np.full((10, 2), 2.0), rivals, np.tile(rivals, (10, 1, 1)), axes=[0, 1])
    assert (found.win_rate, found.low, found.high, found.rank) == (0.5, 0.5, 0.5, None)
    merits = np.random.default_rng(2).integers(3, size=(5, 4)).astype(np.float64)
    merits[[0, 1, 4], [0, 3, 2]] = NAN
    one = rate_against(merits[-1], merits[None, -1], merits[:-1], merits[None, :-1], axes=[0, 0, 1, 2])
    assert one.win_rate == win_rates(merits, axes=[0, 0, 1, 2])[-1]


def test_a_missing_figure_is_nobodys_win_or_loss() -> None:
    merits = np.array([[3.0, NAN], [2.0, 1.0], [1.0, 2.0]])
    np.testing.assert_allclose(win_rates(merits), [1, (0.5 + 0) / 2, (0 + 1) / 2])


def test_without_a_rival_there_is_no_rank() -> None:
    (only,) = rank_methods(np.array([[1.0]]), np.ones((10, 1, 1)))
    assert np.isnan(only.win_rate)
    assert only.rank is None


def test_methods_that_cannot_be_told_apart_share_a_rank() -> None:
    generator = np.random.default_rng(0)
    merits = np.array([[1.0, 1.0], [0.99, 1.01], [0.0, 0.0]])
    found = rank_methods(merits, merits + 0.1 * generator.normal(size=(500, 3, 2)))
    assert [rank.rank for rank in found] == [1, 1, 3]
    assert (found[2].low, found[2].high) == (0, 0)
    assert found[0].low < found[0].win_rate < found[0].high


@settings(deadline=None)
@given(st.integers(2, 6), st.integers(1, 4), st.integers(0, 99))
def test_all_win_rates_average_a_half_and_are_blind_to_scale(methods: int, metrics: int, seed: int) -> None:
    merits = np.random.default_rng(seed).normal(size=(methods, metrics))
    rates = win_rates(merits)
    np.testing.assert_allclose(rates.mean(), 0.5)
    np.testing.assert_allclose(win_rates(7 * merits - 3), rates)


@pytest.mark.integration
def test_three_hundred_methods_take_seconds_at_most() -> None:
    generator = np.random.default_rng(1)
    merits = generator.normal(size=(300, 1)) + 0.5 * generator.normal(size=(300, 20))
    drawn = merits + 0.1 * generator.normal(size=(200, 300, 20))
    start = time.process_time()
    ranks = [rank.rank for rank in rank_methods(merits, drawn)]
    assert time.process_time() - start < 4
    assert min(rank for rank in ranks if rank is not None) == 1
    assert len(set(ranks)) > 10
