"""The bootstrap by source face: coverage on clustered data, determinism, missing values."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.metrics.segmentation import SegMIoU
from benchmark.statistics.bootstrap import bootstrap_interval, bootstrap_intervals
from benchmark.statistics.ratios import mean_of_ratios, ratio_terms
from methods.labels import LABELS
from tests.benchmark.statistics.experiments import tally


def interval(values: np.ndarray, clusters: np.ndarray, **options: float) -> tuple[float, float]:
    return bootstrap_interval([tally(values)], mean_of_ratios, np.asarray(clusters), **options)


@pytest.mark.integration
def test_it_covers_where_an_interval_over_tasks_does_not() -> None:
    generator = np.random.default_rng(0)
    clusters = np.repeat(np.arange(60), 5)
    by_face = by_task = 0
    for _ in range(150):
        values = np.repeat(generator.normal(size=60), 5) + 0.5 * generator.normal(size=300)
        low, high = interval(values, clusters, draws=200)
        by_face += low <= 0 <= high
        low, high = interval(values, np.arange(300), draws=200)
        by_task += low <= 0 <= high
    assert 0.88 <= by_face / 150 <= 1
    assert by_task / 150 < 0.75


def test_its_width_is_that_of_the_mean_of_faces() -> None:
    values = np.repeat(np.random.default_rng(1).normal(size=200), 3)
    low, high = interval(values, np.repeat(np.arange(200), 3), draws=2000)
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 200**0.5, rel=0.1)
    assert low < values.mean() < high


def test_level_widens_it() -> None:
    values, clusters = np.random.default_rng(2).normal(size=50), np.arange(50)
    narrow, wide = interval(values, clusters, level=0.5), interval(values, clusters, level=0.99)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_equal_arguments_give_equal_intervals_and_seeds_differ() -> None:
    values, clusters = np.random.default_rng(3).normal(size=40), np.arange(40) // 2
    assert interval(values, clusters) == interval(values, clusters)
    assert interval(values, clusters) != interval(values, clusters, seed=1)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=12))
def test_it_lies_within_the_values_and_ignores_the_order_of_tasks(values: list[float]) -> None:
    clusters = np.array([f"face{task // 2:03}" for task in range(len(values))])
    order = np.random.default_rng(len(values)).permutation(len(values))
    low, high = interval(np.array(values), clusters, draws=50)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9
    assert interval(np.array(values)[order], clusters[order], draws=50) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(
    ("values", "clusters"),
    [
        ([1, 2, 3], ["a", "a", "a"]),
        ([], []),
        ([math.nan, math.nan], ["a", "b"]),
        ([1, 2, math.nan], ["a", "a", "b"]),  # the second face has no value
    ],
)
def test_fewer_than_two_faces_with_a_value_give_no_interval(values: list[float], clusters: list[str]) -> None:
    assert all(math.isnan(end) for end in interval(np.array(values, np.float64), np.array(clusters)))


def test_a_score_that_is_never_defined_gives_no_interval() -> None:
    def undefined(sums: np.ndarray) -> np.ndarray:
        return np.full(sums.shape[:-2], np.nan)

    assert all(math.isnan(end) for end in bootstrap_interval([tally(np.arange(5.0))], undefined, np.arange(5)))


def test_equal_seeds_are_one_seed() -> None:
    values, clusters = tally(np.random.default_rng(6).normal(size=40)), np.arange(40)
    assert bootstrap_interval([values] * 3, mean_of_ratios, clusters) == pytest.approx(
        bootstrap_interval([values], mean_of_ratios, clusters)
    )


def test_seeds_that_differ_widen_it_more_the_fewer_there_are() -> None:
    values, clusters = np.random.default_rng(7).normal(size=400), np.arange(400)
    few, many = np.array([-0.5, 0.5]), np.tile([-0.5, 0.5], 5)

    def width(shifts: np.ndarray) -> float:
        low, high = bootstrap_interval([tally(values + shift) for shift in shifts], mean_of_ratios, clusters)
        return high - low

    assert width(few) > 3 * width(many) > 3 * width(np.zeros(1))


def test_missing_tasks_do_not_move_it() -> None:
    values = np.random.default_rng(4).normal(size=30)
    with_gaps = np.concatenate([values, np.full(10, np.nan)])
    assert interval(with_gaps, np.arange(40)) == interval(values, np.arange(30))


def test_columns_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="for 5 tasks"):
        interval(np.zeros(4), np.arange(5))


def test_five_thousand_tasks_take_a_second_at_most() -> None:
    generator = np.random.default_rng(5)
    clusters = generator.integers(2000, size=5000)
    counts = generator.random((38, 5000))
    columns = {f"intersection/{label}": counts[row] for row, label in enumerate(LABELS)}
    columns |= {f"union/{label}": 1 + counts[19 + row] for row, label in enumerate(LABELS)}
    metric = SegMIoU()
    start = time.process_time()
    low, high = bootstrap_interval([ratio_terms(columns, metric.ratios(columns))], mean_of_ratios, clusters)
    assert time.process_time() - start < 1
    assert low < metric.summarise(columns, np.ones(5000)) < high


def test_many_methods_at_once_have_the_intervals_that_each_has_alone() -> None:
    generator, clusters = np.random.default_rng(8), np.repeat(np.arange(20), 3)
    absent = np.where(np.arange(60) < 9, np.nan, 0.0)
    methods = [
        [tally(generator.normal(size=60))],
        [tally(generator.normal(size=60) + shift) for shift in (0.0, 0.5, 1.0)],
        [tally(generator.normal(size=60) + absent)],
    ]
    together = bootstrap_intervals(methods, mean_of_ratios, clusters)
    for runs, interval in zip(methods, together, strict=True):
        assert interval == pytest.approx(bootstrap_interval(runs, mean_of_ratios, clusters))
