"""Fréchet and kernel distances against plain computations of their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from benchmark.metrics.base import SetMetric
from benchmark.metrics.frechet_judge import FrechetJudge, frechet_distance
from benchmark.metrics.kernel_judge import KernelJudge

BOTH = pytest.mark.parametrize("metric", [FrechetJudge(), KernelJudge()], ids=lambda metric: type(metric).__name__)


def two_sets(rows: int, others: int, dimensions: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    mixing = generator.normal(size=(dimensions, dimensions)) / dimensions**0.5
    first = generator.normal(size=(rows, dimensions)) + 0.3
    second = generator.normal(size=(others, dimensions)) @ mixing
    return first.astype(np.float32), second.astype(np.float32)


@pytest.mark.parametrize("dimensions", [1, 5, 48])
def test_frechet_equals_the_plain_matrix_square_root(dimensions: int) -> None:
    first, second = (each.astype(np.float64) for each in two_sets(400, 300, dimensions))
    cov1 = np.atleast_2d(np.cov(first, rowvar=False))
    cov2 = np.atleast_2d(np.cov(second, rowvar=False))
    difference = first.mean(axis=0) - second.mean(axis=0)
    expected = difference @ difference + np.trace(cov1 + cov2 - 2 * np.real(sqrtm(cov1 @ cov2)))
    assert FrechetJudge().compute(first, second) == pytest.approx(expected, rel=1e-6)


def test_frechet_of_gaussians_known_in_closed_form() -> None:
    mean, other = np.zeros(3), np.array([1.0, 2, 2])
    distance = frechet_distance(mean, np.diag([1.0, 4, 9]), other, np.diag([4.0, 4, 0]))
    assert distance == pytest.approx(9 + (1 - 2) ** 2 + 0 + 3**2)


@pytest.mark.parametrize(("rows", "dimensions"), [(2, 64), (10, 256), (300, 32)])
def test_frechet_of_a_set_with_itself_is_zero_with_fewer_rows_than_dimensions_too(rows: int, dimensions: int) -> None:
    first, second = two_sets(rows, rows + 1, dimensions)
    assert FrechetJudge().compute(first, first) == pytest.approx(0, abs=1e-6)
    shifted = FrechetJudge().compute(first, first.astype(np.float64) + 0.01)
    assert shifted == pytest.approx(1e-4 * dimensions, rel=1e-6)
    assert FrechetJudge().compute(first, second) > 0.1


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1000), st.integers(2, 12), st.integers(1, 8))
def test_frechet_is_symmetric_and_blind_to_rotation_and_to_features_that_never_vary(
    seed: int, rows: int, dimensions: int
) -> None:
    first, second = two_sets(rows, 9, dimensions, seed)
    value = FrechetJudge().compute(first, second)
    assert value >= 0
    assert FrechetJudge().compute(second, first) == pytest.approx(value, rel=1e-5, abs=1e-5)
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(dimensions, dimensions)))
    assert FrechetJudge().compute(first @ rotation, second @ rotation) == pytest.approx(value, rel=1e-5, abs=1e-5)
    padded = [np.pad(each, ((0, 0), (0, 3))) for each in (first, second)]
    assert FrechetJudge().compute(*padded) == pytest.approx(value, rel=1e-5, abs=1e-5)


def kernel_by_loops(first: np.ndarray, second: np.ndarray) -> float:
    def kernel(x: np.ndarray, y: np.ndarray) -> float:
        return float((x @ y / len(x) + 1) ** 3)

    def within(rows: np.ndarray) -> float:
        pairs = [(i, j) for i in range(len(rows)) for j in range(len(rows)) if i != j]
        return sum(kernel(rows[i], rows[j]) for i, j in pairs) / len(pairs)

    between = sum(kernel(x, y) for x in first for y in second) / (len(first) * len(second))
    return within(first) + within(second) - 2 * between


def test_kernel_equals_a_double_loop() -> None:
    first, second = (each.astype(np.float64) for each in two_sets(30, 41, 6))
    assert KernelJudge().compute(first, second) == pytest.approx(kernel_by_loops(first, second), rel=1e-9)


def test_kernel_in_blocks_equals_the_whole_matrix() -> None:
    first, second = (each.astype(np.float64) for each in two_sets(1500, 1100, 5))
    within = [((rows @ rows.T / 5 + 1) ** 3)[~np.eye(len(rows), dtype=bool)].mean() for rows in (first, second)]
    expected = sum(within) - 2 * ((first @ second.T / 5 + 1) ** 3).mean()
    assert KernelJudge().compute(first, second) == pytest.approx(expected, rel=1e-9)


def test_kernel_is_unbiased_where_the_distributions_agree() -> None:
    generator = np.random.default_rng(2)
    values = [KernelJudge().compute(*generator.normal(size=(2, 25, 4))) for _ in range(800)]
    assert abs(np.mean(values)) < 4 * np.std(values) / len(values) ** 0.5
    assert min(values) < 0


@BOTH
def test_fewer_than_two_rows_give_no_number(metric: SetMetric) -> None:
    first, second = two_sets(5, 5, 4)
    for rows in (0, 1):
        assert math.isnan(metric.compute(first[:rows], second))
        assert math.isnan(metric.compute(first, second[:rows]))
    assert math.isfinite(metric.compute(first[:2], second[:2]))


@BOTH
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_features_that_are_not_finite_are_refused(metric: SetMetric, bad: float) -> None:
    first, second = two_sets(5, 5, 4)
    second[2, 1] = bad
    with pytest.raises(ValueError, match="real images are not finite"):
        metric.compute(first, second)
    with pytest.raises(ValueError, match="outputs are not finite"):
        metric.compute(second, first)


@BOTH
def test_features_of_two_encoders_are_refused(metric: SetMetric) -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        metric.compute(np.zeros((5, 4), np.float32), np.zeros((5, 3), np.float32))


@BOTH
def test_the_distance_grows_as_outputs_drift(metric: SetMetric) -> None:
    real, _ = two_sets(200, 2, 8)
    drifts = [metric.compute(real[:100] + np.float32(shift), real[100:]) for shift in (0, 0.5, 1, 2)]
    assert drifts == sorted(drifts)
