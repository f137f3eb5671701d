"""Coverage of the intervals and error rate of the test, over 1,000 made-up experiments whose truth is known."""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import pytest

from benchmark.statistics.bootstrap import bootstrap_interval, percentile_interval
from benchmark.statistics.face_clusters import draw_faces, statistics_of_runs, sum_by_face
from benchmark.statistics.paired import Difference, Side, paired_difference
from benchmark.statistics.ratios import mean_of_ratios
from benchmark.statistics.seed_variance import SeedError
from benchmark.statistics.sign_flips import sign_flip_p
from tests.benchmark.statistics.experiments import Made, draw_experiment

pytestmark = pytest.mark.integration

EXPERIMENTS = 1000
CASES = [(1, 0.0), (3, 0.1), (5, 0.1)]
"""Seeds, and the spread between them; the noise of a mean over tasks is about 0.03, of faces 0.07."""

each_case = pytest.mark.parametrize(("seeds", "spread"), CASES)


@cache
def experiments(seeds: int, spread: float, shared: float = 0.0) -> list[Made]:
    generator = np.random.default_rng(2026)
    return [draw_experiment(generator, seeds, spread, shared) for _ in range(EXPERIMENTS)]


@cache
def differences(seeds: int, spread: float, shared: float = 0.0, paired: bool = False) -> list[Difference]:
    compare = partial(paired_difference, statistic=mean_of_ratios, draws=500, flips=499, seeds_paired=paired)
    return [
        compare(Side(made.ours, True), Side(made.theirs, True), clusters=made.faces, seed=number)
        for number, made in enumerate(experiments(seeds, spread, shared))
    ]


def covered(intervals: list[tuple[float, float]]) -> float:
    """Share of intervals that cover the truth, 0."""
    return float(np.mean([low <= 0 <= high for low, high in intervals]))


@each_case
def test_95_percent_intervals_of_a_mean_cover_93_to_97(seeds: int, spread: float) -> None:
    every = experiments(seeds, spread)
    found = [
        bootstrap_interval(made.ours, mean_of_ratios, made.faces, draws=500, seed=n) for n, made in enumerate(every)
    ]
    assert 0.93 <= covered(found) <= 0.97


@each_case
def test_95_percent_intervals_of_a_difference_cover_93_to_97(seeds: int, spread: float) -> None:
    assert 0.93 <= covered([(difference.low, difference.high) for difference in differences(seeds, spread)]) <= 0.97


@each_case
def test_the_paired_test_errs_in_4_to_6_of_100(seeds: int, spread: float) -> None:
    assert 0.04 <= np.mean([difference.p_value <= 0.05 for difference in differences(seeds, spread)]) <= 0.06


@pytest.mark.parametrize(("seeds", "spread"), CASES[1:])
def test_paired_seeds_cover_and_err_alike_and_are_not_widened_by_what_seeds_share(seeds: int, spread: float) -> None:
    found = differences(seeds, spread, shared=0.3, paired=True)
    assert 0.93 <= covered([(difference.low, difference.high) for difference in found]) <= 0.97
    assert 0.03 <= np.mean([difference.p_value <= 0.05 for difference in found]) <= 0.06
    apart = differences(seeds, spread, shared=0.3)
    assert np.median([difference.high - difference.low for difference in found]) < 0.8 * np.median(
        [difference.high - difference.low for difference in apart]
    )


def test_intervals_over_tasks_cover_too_little() -> None:
    every = experiments(1, 0.0)
    found = [
        bootstrap_interval(made.ours, mean_of_ratios, np.arange(len(made.faces)), draws=500) for made in every[:300]
    ]
    assert covered(found) < 0.85


def test_a_test_that_flips_tasks_errs_too_often() -> None:
    every = experiments(1, 0.0)
    found = [
        paired_difference(
            Side(made.ours, True),
            Side(made.theirs, True),
            mean_of_ratios,
            np.arange(len(made.faces)),
            draws=2,
            flips=299,
        )
        for made in every[:300]
    ]
    assert np.mean([difference.p_value <= 0.05 for difference in found]) > 0.1


@pytest.mark.parametrize("resampled", [False, True], ids=["as if they were all seeds", "with replacement"])
def test_intervals_that_keep_or_resample_three_seeds_cover_too_little(resampled: bool) -> None:
    found = []
    for number, made in enumerate(experiments(3, 0.3)[:300]):
        generator = np.random.default_rng(number)
        sums = sum_by_face([made.ours], made.faces)
        drawn = statistics_of_runs(sums.methods[0], draw_faces(sums.num_faces, 500, generator), mean_of_ratios)
        if resampled:
            drawn = np.take_along_axis(drawn, generator.integers(3, size=drawn.shape), axis=1)
        found.append(percentile_interval(drawn.mean(axis=1)))
    assert covered(found) < 0.9


def test_a_test_that_knows_nothing_of_seeds_errs_too_often() -> None:
    found = []
    for number, made in enumerate(experiments(3, 0.1)[:300]):
        sums = sum_by_face([made.ours, made.theirs], made.faces)
        found.append(sign_flip_p(sums, mean_of_ratios, SeedError(), 299, np.random.default_rng(number)))
    assert np.mean([p_value <= 0.05 for p_value in found]) > 0.15
