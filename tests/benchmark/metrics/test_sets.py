"""Distances of sets against plain computations of their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist

from benchmark.features.feature_set import FeaturePair, FeatureSet
from benchmark.metrics.base import SetMetric
from benchmark.metrics.frechet import FrechetMetric, frechet_distance
from benchmark.metrics.kernel_distance import KernelInceptionDistance, KernelJudge, kernel_inception_distance
from benchmark.metrics.precision_recall import Coverage, Density, Precision, Recall, neighbourhoods
from benchmark.weights.resources import MetricUnavailable

EVERY = pytest.mark.parametrize(
    "metric",
    [FrechetMetric(), KernelJudge(), KernelInceptionDistance(), Precision(), Recall(), Density(), Coverage()],
    ids=lambda metric: type(metric).__name__,
)
DISTANCES = pytest.mark.parametrize(
    "metric", [FrechetMetric(), KernelJudge(), KernelInceptionDistance()], ids=lambda metric: type(metric).__name__
)


def figure(metric: SetMetric, outputs: np.ndarray, real: np.ndarray) -> float:
    return metric.measure(FeaturePair(FeatureSet.of(outputs), FeatureSet.of(real))).value


def frechet(outputs: np.ndarray, real: np.ndarray) -> float:
    return figure(FrechetMetric(), outputs, real)


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
    assert frechet(first, second) == pytest.approx(expected, rel=1e-6)


def test_frechet_keeps_directions_of_little_variance() -> None:
    # variances over twelve decades: squared, as eigenvalues of a product of covariances, most would be rounding
    draw = np.random.default_rng(0)
    scale = 10 ** np.linspace(1, -5, 200)
    turned = np.linalg.qr(draw.normal(size=(200, 200)))[0]
    sets = [(draw.normal(size=(300, 200)) * scale) @ turned for _ in range(2)]
    means, covariances = [each.mean(axis=0) for each in sets], [np.cov(each, rowvar=False) for each in sets]
    roots = [np.linalg.qr((each - each.mean(axis=0)) / 299**0.5, mode="r") for each in sets]
    difference, overlap = means[0] - means[1], np.linalg.svd(roots[0] @ roots[1].T, compute_uv=False).sum()
    expected = difference @ difference + np.trace(covariances[0] + covariances[1]) - 2 * overlap
    assert frechet_distance(means[0], covariances[0], means[1], covariances[1]) == pytest.approx(expected, rel=1e-12)


def test_frechet_of_gaussians_known_in_closed_form() -> None:
    mean, other = np.zeros(3), np.array([1.0, 2, 2])
    distance = frechet_distance(mean, np.diag([1.0, 4, 9]), other, np.diag([4.0, 4, 0]))
    assert distance == pytest.approx(9 + (1 - 2) ** 2 + 0 + 3**2)


@pytest.mark.parametrize(("rows", "dimensions"), [(2, 64), (10, 256), (300, 32)])
def test_frechet_of_a_set_with_itself_is_zero_with_fewer_rows_than_dimensions_too(rows: int, dimensions: int) -> None:
    first, second = two_sets(rows, rows + 1, dimensions)
    assert frechet(first, first) == pytest.approx(0, abs=1e-6)
    shifted = frechet(first, first.astype(np.float64) + 0.01)
    assert shifted == pytest.approx(1e-4 * dimensions, rel=1e-6)
    assert frechet(first, second) > 0.1


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 1000), st.integers(2, 12), st.integers(1, 8))
def test_frechet_is_symmetric_and_blind_to_rotation_and_to_features_that_never_vary(
    seed: int, rows: int, dimensions: int
) -> None:
    first, second = two_sets(rows, 9, dimensions, seed)
    value = frechet(first, second)
    assert value >= 0
    assert frechet(second, first) == pytest.approx(value, rel=1e-5, abs=1e-5)
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(dimensions, dimensions)))
    assert frechet(first @ rotation, second @ rotation) == pytest.approx(value, rel=1e-5, abs=1e-5)
    padded = [np.pad(each, ((0, 0), (0, 3))) for each in (first, second)]
    assert frechet(*padded) == pytest.approx(value, rel=1e-5, abs=1e-5)


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
    assert figure(KernelJudge(), first, second) == pytest.approx(kernel_by_loops(first, second), rel=1e-9)


def test_kernel_in_blocks_equals_the_whole_matrix() -> None:
    first, second = (each.astype(np.float64) for each in two_sets(1500, 1100, 5))
    within = [((rows @ rows.T / 5 + 1) ** 3)[~np.eye(len(rows), dtype=bool)].mean() for rows in (first, second)]
    expected = sum(within) - 2 * ((first @ second.T / 5 + 1) ** 3).mean()
    assert figure(KernelJudge(), first, second) == pytest.approx(expected, rel=1e-9)


def test_kernel_is_unbiased_where_the_distributions_agree() -> None:
    generator = np.random.default_rng(2)
    values = [figure(KernelJudge(), *generator.normal(size=(2, 25, 4))) for _ in range(800)]
    assert abs(np.mean(values)) < 4 * np.std(values) / len(values) ** 0.5
    assert min(values) < 0


@EVERY
def test_sets_that_are_too_small_are_refused(metric: SetMetric) -> None:
    first, second = two_sets(8, 8, 4)
    for few, many in ((first[: metric.min_images - 1], second), (second, first[: metric.min_images - 1])):
        with pytest.raises(MetricUnavailable, match=f"needs {metric.min_images}"):
            figure(metric, few, many)
    assert np.isfinite(figure(metric, first[: metric.min_images], second))


@EVERY
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_features_that_are_not_finite_are_refused(metric: SetMetric, bad: float) -> None:
    first, second = two_sets(9, 9, 4)
    second[2, 1] = bad
    with pytest.raises(MetricUnavailable, match="real images are not finite"):
        figure(metric, first, second)
    with pytest.raises(MetricUnavailable, match="outputs are not finite"):
        figure(metric, second, first)


@EVERY
def test_features_of_two_encoders_are_refused(metric: SetMetric) -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        figure(metric, np.zeros((9, 4), np.float32), np.zeros((9, 3), np.float32))


@DISTANCES
def test_the_distance_grows_as_outputs_drift(metric: SetMetric) -> None:
    real, _ = two_sets(200, 2, 8)
    drifts = [figure(metric, real[:100] + np.float32(shift), real[100:]) for shift in (0, 0.5, 1, 2)]
    assert drifts == sorted(drifts)


@EVERY
def test_constant_images_have_a_figure(metric: SetMetric) -> None:
    same = np.full((10, 5), 0.3, np.float32)
    assert np.isfinite(figure(metric, same, same))
    assert figure(FrechetMetric(), same, same + np.float32(0.5)) == pytest.approx(5 * 0.25, rel=1e-6)


def test_kid_is_the_kernel_distance_where_a_subset_is_the_whole_set() -> None:
    first, second = two_sets(40, 40, 6)
    mean, spread, size = kernel_inception_distance(FeatureSet.of(first), FeatureSet.of(second))
    assert mean == pytest.approx(figure(KernelJudge(), first, second), rel=1e-9)
    assert spread == pytest.approx(0, abs=1e-12)
    assert size == 40


def test_kid_of_subsets_says_so_where_they_are_smaller() -> None:
    first, second = two_sets(30, 50, 6)
    found = KernelInceptionDistance().measure(FeaturePair(FeatureSet.of(first), FeatureSet.of(second)))
    assert found.caution == "subsets of 30 images instead of 1,000"
    assert found.breakdown["standard deviation over subsets"] > 0


@pytest.mark.integration
@pytest.mark.parametrize(("count", "others"), [(1100, 1300), (12000, 2000)], ids=["whole", "by subset"])
def test_kid_is_the_mean_over_the_subsets_that_torch_fidelity_draws(count: int, others: int) -> None:
    outputs, real = two_sets(count, others, 3)
    draws = np.random.RandomState(2020)
    expected = []
    for _ in range(100):
        rows = outputs[draws.choice(count, 1000, replace=False)], real[draws.choice(others, 1000, replace=False)]
        expected.append(figure(KernelJudge(), *rows))
    mean, spread, size = kernel_inception_distance(FeatureSet.of(outputs), FeatureSet.of(real))
    assert (mean, spread) == pytest.approx((np.mean(expected), np.std(expected)), rel=1e-9)
    assert size == 1000


def neighbourhoods_by_whole_matrices(outputs: np.ndarray, real: np.ndarray) -> tuple[float, float, float, float]:
    radius = {k: np.sort(cdist(real, real), axis=1)[:, k] for k in (3, 5)}
    outputs_radius = np.sort(cdist(outputs, outputs), axis=1)[:, 3]
    between = cdist(outputs, real)
    return (
        (between <= radius[3]).any(axis=1).mean(),
        (between <= outputs_radius[:, None]).any(axis=0).mean(),
        (between < radius[5]).sum(axis=1).mean() / 5,
        (between.min(axis=0) < radius[5]).mean(),
    )


@pytest.mark.parametrize(("rows", "others"), [(60, 45), (1100, 1500)])
def test_neighbourhoods_in_blocks_equal_the_whole_matrices(rows: int, others: int) -> None:
    outputs, real = two_sets(rows, others, 3)
    found = neighbourhoods(FeatureSet.of(outputs), FeatureSet.of(real))
    expected = neighbourhoods_by_whole_matrices(outputs.astype(np.float64), real.astype(np.float64))
    assert (found.precision, found.recall, found.density, found.coverage) == pytest.approx(expected, rel=1e-12)
    assert 0 < found.coverage < 1


def test_outputs_of_one_mode_are_precise_and_cover_little() -> None:
    real, _ = two_sets(300, 2, 4)
    collapsed = real[:60].mean(axis=0) + 0.01 * two_sets(60, 2, 4, seed=1)[0]
    found = neighbourhoods(FeatureSet.of(collapsed), FeatureSet.of(real))
    assert found.precision > 0.9
    assert found.recall < 0.05
    assert found.coverage < 0.2
