"""What would decide a claim has the power that it promises, and no less would."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from benchmark.paper_claims.needed import MAX_SEEDS, POWER, Needed, Spread, needed


def power_of_seeds(effect: float, deviation: float, seeds: int, level: float = 0.05) -> float:
    """How often a t test of two methods' seeds shows an effect."""
    generator = np.random.default_rng(seeds)
    ours = generator.normal(effect, deviation, (20_000, seeds))
    theirs = generator.normal(0, deviation, (20_000, seeds))
    error = np.sqrt((ours.var(axis=1, ddof=1) + theirs.var(axis=1, ddof=1)) / seeds)
    reached = np.abs(ours.mean(axis=1) - theirs.mean(axis=1)) / error
    return float(np.mean(reached > student.ppf(1 - level / 2, 2 * (seeds - 1))))


@pytest.mark.parametrize("effect", [0.6, 1.0, 1.6])
def test_the_seeds_it_names_have_the_power_and_fewer_have_not(effect: float) -> None:
    found = needed(effect, Spread(0.0, math.sqrt(2), 2, 3), tasks=400, num_tests=1)
    assert found.seeds is not None
    assert power_of_seeds(effect, 1.0, found.seeds) > POWER - 0.02
    assert power_of_seeds(effect, 1.0, found.seeds - 1) < POWER + 0.02


def test_the_tasks_it_names_have_the_power() -> None:
    found = needed(0.02, Spread(0.01, 0.0, 0), tasks=400, num_tests=1)
    assert found.tasks is not None
    assert found.seeds is None
    error = 0.01 * math.sqrt(400 / found.tasks)
    assert norm.sf(norm.isf(0.025) - 0.02 / error) == pytest.approx(POWER, abs=0.01)


def test_more_tests_need_more() -> None:
    few, many = (needed(1.0, Spread(0.0, 1.0, 2, 3), tasks=400, num_tests=number).seeds for number in (1, 30))
    assert few is not None
    assert many is not None
    assert few < many


def test_where_faces_vary_too_much_no_number_of_seeds_is_enough_alone() -> None:
    found = needed(0.01, Spread(0.01, 0.01, 2, 3), tasks=100, num_tests=10)
    assert (found.seeds, found.tasks) == (None, None)
    assert found.both is not None
    seeds, tasks = found.both
    assert 3 <= seeds <= MAX_SEEDS
    assert tasks > 100


@pytest.mark.parametrize(
    ("effect", "spread", "words"),
    [
        (0.0, Spread(0.1, 0.1, 2, 3), "the figures are the same"),
        (0.1, Spread(0.1, None, 2, 1), "3 seeds of each, to learn how much seeds vary"),
        (1e-9, Spread(0.1, 0.1, 2, 3, "a"), "more than 200 seeds and 1,000,000 tasks (seeds vary as those of a do)"),
    ],
)
def test_where_nothing_can_be_named_it_says_so(effect: float, spread: Spread, words: str) -> None:
    assert needed(effect, spread, tasks=100, num_tests=1).words == words


def test_both_ways_are_named_where_either_is_enough() -> None:
    assert Needed(5, 1200, source="a").words == (
        "5 seeds of each trained method or 1,200 tasks (seeds vary as those of a do)"
    )
