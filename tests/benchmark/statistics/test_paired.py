"""Two methods on the same tasks: differences, exact and random permutations, missing values, seeds."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy.stats import permutation_test

from benchmark.statistics.paired import (
    Difference,
    Side,
    differences_of_all_pairs,
    paired_difference,
    paired_differences,
)
from benchmark.statistics.ratios import mean_of_ratios
from tests.benchmark.statistics.experiments import tally

FACES = np.repeat(np.arange(8), 2)


def compare(ours: np.ndarray, theirs: np.ndarray, faces: np.ndarray, **options: int) -> Difference:
    return paired_difference(Side([tally(ours)], True), Side([tally(theirs)], True), mean_of_ratios, faces, **options)


def test_few_faces_are_tested_exactly() -> None:
    generator = np.random.default_rng(0)
    ours, theirs = generator.normal(0.5, 1, 16), generator.normal(size=16)
    by_face = (ours - theirs).reshape(8, 2).sum(axis=1)
    flipped = np.array(list(product([1, -1], repeat=8))) @ by_face
    expected = np.mean(np.abs(flipped) >= abs(by_face.sum()) - 1e-9)
    assert compare(ours, theirs, FACES).p_value == expected
    assert compare(ours, theirs, FACES, flips=2**7).p_value == expected


def test_random_flips_come_near_the_exact_p_and_are_never_0() -> None:
    generator = np.random.default_rng(1)
    ours, theirs = generator.normal(0.4, 1, 16), generator.normal(size=16)
    assert compare(ours, theirs, FACES, flips=127).p_value == pytest.approx(
        compare(ours, theirs, FACES).p_value, abs=0.12
    )
    assert compare(ours + 100, theirs, FACES, flips=99).p_value == pytest.approx(0.01, abs=0.02)
    many = generator.normal(size=400)
    assert compare(many + 100, many, np.arange(400), flips=999).p_value == 1 / 1000


def test_a_face_with_one_task_each_is_scipys_paired_test() -> None:
    generator = np.random.default_rng(2)
    ours, theirs = generator.normal(0.3, 1, 10), generator.normal(size=10)
    scipys = permutation_test(
        (ours, theirs), lambda x, y: np.mean(x - y), permutation_type="samples", n_resamples=np.inf
    )
    assert compare(ours, theirs, np.arange(10)).p_value == pytest.approx(scipys.pvalue)


def test_swapping_the_methods_turns_the_sign_alone() -> None:
    generator = np.random.default_rng(3)
    ours, theirs = generator.normal(0.2, 1, 16), generator.normal(size=16)
    one, other = compare(ours, theirs, FACES), compare(theirs, ours, FACES)
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))
    assert one.p_value == other.p_value


def test_equal_methods_differ_by_nothing() -> None:
    values = np.random.default_rng(4).normal(size=40)
    same = compare(values, values, np.arange(40))
    assert (same.value, same.low, same.high, same.p_value) == (0, 0, 0, 1)


def test_tasks_that_one_method_has_no_value_for_are_left_out_of_both() -> None:
    ours = np.array([1.0, 2, 3, math.nan, 5, 6])
    theirs = np.array([0.0, math.nan, 2, 3, 4, 4])
    found = compare(ours, theirs, np.arange(6))
    assert (found.ours, found.theirs) == (15 / 4, 10 / 4)
    assert (found.num_tasks, found.num_faces) == (4, 4)


def test_one_face_gives_values_without_interval_and_p() -> None:
    found = compare(np.ones(3), np.zeros(3), np.zeros(3))
    assert (found.value, math.isnan(found.low), math.isnan(found.p_value)) == (1, True, True)
    assert (found.num_tasks, found.num_faces) == (3, 1)
    nothing = compare(np.full(3, math.nan), np.zeros(3), np.arange(3))
    assert math.isnan(nothing.value)


def test_pairing_narrows_the_interval() -> None:
    generator = np.random.default_rng(5)
    shared = generator.normal(size=200)
    found = compare(shared + 0.1 * generator.normal(size=200), shared, np.arange(200))
    assert found.high - found.low < 0.06


class TestSeeds:
    """Trained methods with several seeds."""

    def sides(self, shifts: list[float], trained: bool) -> Side:
        values = np.random.default_rng(6).normal(size=100)
        return Side([tally(values + shift) for shift in shifts], trained)

    def test_a_difference_within_the_spread_of_seeds_is_none(self) -> None:
        ours, theirs = self.sides([-0.5, 0.1, 0.7], True), self.sides([-0.6, 0.0, 0.6], True)
        found = paired_difference(ours, theirs, mean_of_ratios, np.arange(100))
        assert found.low < 0 < found.high
        assert found.p_value > 0.5
        assert found.error.freedom == 4

    def test_the_seeds_of_editors_that_learn_nothing_mean_nothing(self) -> None:
        found = paired_difference(
            self.sides([0.1], False), self.sides([0.0, 0.0], False), mean_of_ratios, np.arange(100)
        )
        assert found.error.scale == 0
        assert found.p_value < 0.001
        against = paired_difference(
            self.sides([-0.5, 0.1, 0.7], True), self.sides([0.0], False), mean_of_ratios, np.arange(100)
        )
        assert (against.error.freedom, against.p_value > 0.5) == (2, True)

    def test_paired_seeds_cancel_what_both_methods_have_of_a_seed(self) -> None:
        values = np.random.default_rng(4).normal(size=16)
        ours = Side([tally(values + shift) for shift in (0.0, 5.0, -5.0)], True)
        theirs = Side([tally(values + shift) for shift in (-1.0, 4.0, -6.0)], True)
        paired = paired_difference(ours, theirs, mean_of_ratios, FACES, seeds_paired=True)
        assert (paired.low, paired.high) == pytest.approx((1.0, 1.0))
        apart = paired_difference(ours, theirs, mean_of_ratios, FACES)
        assert apart.high - apart.low > 10
        with pytest.raises(ValueError, match="the same number"):
            paired_difference(ours, Side(theirs.runs[:2], True), mean_of_ratios, FACES, seeds_paired=True)

    def test_one_seed_says_nothing_of_training(self) -> None:
        found = paired_difference(
            self.sides([-0.5, 0.1, 0.7], True), self.sides([0.0], True), mean_of_ratios, np.arange(100)
        )
        assert found.error.scale == 0


def several_sides() -> list[Side]:
    """Methods of unlike numbers of seeds, one without training, one that lacks tasks."""
    generator = np.random.default_rng(9)

    def side(*shifts: float, absent: int = 0, trained: bool = True) -> Side:
        gaps = np.where(np.arange(60) < absent, np.nan, 0.0)
        return Side([tally(generator.normal(size=60) + shift + gaps) for shift in shifts], trained)

    return [
        side(0.3, 0.4, 0.5),
        side(0.0),
        side(0.1, 0.3, 0.0),
        side(0.2, 0.0, 0.1),
        side(0.0, absent=8),
        side(0.2, 0.2, trained=False),
    ]


def test_many_at_once_differ_as_each_does_alone() -> None:
    faces = np.repeat(np.arange(30), 2)
    ours, *others = several_sides()
    together = paired_differences(ours, others, mean_of_ratios, faces)
    for other, found in zip(others, together, strict=True):
        alone = paired_difference(ours, other, mean_of_ratios, faces)
        assert (found.p_value, found.error.freedom) == (alone.p_value, alone.error.freedom)
        assert (found.num_tasks, found.num_faces) == (alone.num_tasks, alone.num_faces)
        assert (found.low, found.high, found.value) == pytest.approx((alone.low, alone.high, alone.value))
    assert len({found.p_value for found in together}) > 1


def test_all_pairs_differ_as_each_does_alone() -> None:
    faces, sides = np.repeat(np.arange(30), 2), several_sides()
    together = differences_of_all_pairs(sides, mean_of_ratios, faces)
    assert len(together) == 15
    for (one, other), found in together.items():
        alone = paired_difference(sides[one], sides[other], mean_of_ratios, faces)
        assert math.isnan(found.p_value)
        assert (found.num_tasks, found.num_faces) == (alone.num_tasks, alone.num_faces)
        assert (found.ours, found.theirs, found.low, found.high, found.error.scale) == pytest.approx(
            (alone.ours, alone.theirs, alone.low, alone.high, alone.error.scale), rel=1e-12, abs=1e-12
        )
