"""Verdicts on curves whose truth is known: the shape, the rank correlation, and the least number of tasks."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from benchmark.calibration.caveats import caveats_of
from benchmark.calibration.curves import curve_of
from benchmark.calibration.schema import Curve, DegradationInfo, MetricCalibration, ProtocolCalibration
from benchmark.calibration.subsampling import subsample_sizes, subsamples
from benchmark.calibration.verdict import least_sizes, margins, rank_correlations, shape
from benchmark.results.schema import MetricInfo

TOTAL = 200


def curve(
    *means: float, spread: float = 1.0, noise: float = 0.1, higher_is_better: bool = False, seed: int = 0
) -> Curve:
    """The curve of a mean over tasks: each task has a level of its own, and a little noise at each strength."""
    generator = np.random.default_rng(seed)
    levels = generator.normal(0, spread, (TOTAL, 1))
    values = np.array(means) + levels + generator.normal(0, noise, (TOTAL, len(means)))
    samples = {size: values[subsamples(TOTAL, size, 200, seed=1)].mean(axis=1) for size in subsample_sizes(TOTAL)}
    return curve_of(values.mean(axis=0), samples, higher_is_better=higher_is_better)


class TestVerdicts:
    def test_a_value_that_gets_worse_sees(self) -> None:
        found = curve(0, 1, 2, 3)
        assert (found.shape, found.verdict, found.correlation) == ("rising", "sees", 1)
        falling = curve(3, 2, 1, 0, higher_is_better=True)
        assert (falling.shape, falling.verdict, falling.correlation) == ("falling", "sees", 1)

    def test_a_value_that_gets_better_misleads(self) -> None:
        found = curve(0, 1, 2, 3, higher_is_better=True)
        assert (found.shape, found.verdict, found.correlation) == ("rising", "misleads", -1)
        assert found.least_n == [None, None, None]

    def test_a_value_that_goes_both_ways_misleads(self) -> None:
        found = curve(0, 2, 0, 2)
        assert (found.shape, found.verdict) == ("not monotone", "misleads")

    def test_a_small_way_back_within_the_margin_is_still_monotone(self) -> None:
        assert curve(0, 3, 2.95, 6).shape == "rising"

    def test_many_small_steps_add_up(self) -> None:
        steps = np.linspace(0, 0.6, 9)
        assert curve(*steps).shape == "rising"
        assert curve(*steps[:2]).shape == "insensitive"

    def test_a_constant_value_is_blind_and_has_no_correlation(self) -> None:
        found = curve(1, 1, 1, noise=0)
        assert (found.shape, found.verdict, found.correlation) == ("insensitive", "blind", None)

    @pytest.mark.integration
    def test_chance_alone_is_rarely_a_change(self) -> None:
        shapes = [curve(*[0] * 6, spread=0.1, noise=1, seed=seed).shape for seed in range(200)]
        assert shapes.count("insensitive") >= 190

    def test_halves_without_a_value_are_left_out(self) -> None:
        generator = np.random.default_rng(0)
        halves = np.arange(3) + generator.normal(0, 0.01, (40, 3))
        halves[::4, 1] = np.nan
        assert curve_of(np.arange(3.0), {4: halves}, higher_is_better=False).shape == "rising"


class TestMargins:
    def test_halves_spread_as_a_mean_over_all_tasks_does(self) -> None:
        values = np.random.default_rng(0).normal(0, 2, (TOTAL, 1))
        halves = values[subsamples(TOTAL, TOTAL // 2, 4000, seed=0)].mean(axis=1)
        assert margins(halves)[0] == pytest.approx(1.96 * values.std(ddof=1) / np.sqrt(TOTAL), rel=0.05)

    def test_a_step_that_chance_makes_of_independent_values_is_none(self) -> None:
        halves = np.random.default_rng(0).normal(0, 1, (400, 6))
        flat = np.zeros(6)
        flat[3] = 3.0  # beyond the margin of a value, not beyond what 15 differences of two such values reach
        assert shape(flat, halves) == "insensitive"
        assert shape(2 * flat, halves) == "not monotone"
        assert shape(np.arange(6.0) * 2, halves) == "rising"


class TestRankCorrelation:
    def test_it_is_spearmans(self) -> None:
        rows = np.random.default_rng(0).integers(0, 5, (20, 6)).astype(float)
        expected = [spearmanr(row, np.arange(6)).statistic for row in rows]
        assert rank_correlations(rows) == pytest.approx(expected)

    def test_a_constant_row_has_none(self) -> None:
        assert np.isnan(rank_correlations(np.ones((1, 6)))).all()


class TestLeastSizes:
    def test_closer_neighbours_need_more_tasks(self) -> None:
        found = curve(0, 0.1, 1.1, noise=0.2)
        assert found.least_n[1] is not None
        assert found.least_n[0] is not None
        assert found.least_n[1] < found.least_n[0]
        assert found.hardest_n == found.least_n[0]

    def test_neighbours_alike_are_never_distinguished(self) -> None:
        found = curve(0, 1, 1)
        assert found.least_n == [4, None]
        assert found.hardest_n is None

    def test_a_size_counts_only_if_every_greater_one_does(self) -> None:
        ordered, reversed_ = np.tile([0.0, 1.0], (20, 1)), np.tile([1.0, 0.0], (20, 1))
        assert least_sizes({4: ordered, 8: reversed_, 16: ordered, 32: ordered}) == [16]

    def test_ties_and_missing_values_are_not_distinguished(self) -> None:
        assert least_sizes({4: np.zeros((20, 2))}) == [None]
        assert least_sizes({4: np.full((20, 2), np.nan)}) == [None]


class TestSubsamples:
    @pytest.mark.parametrize(("total", "sizes"), [(8, [4]), (16, [4, 8]), (17, [4, 8]), (200, [4, 8, 16, 32, 64, 100])])
    def test_sizes_double_up_to_half(self, total: int, sizes: list[int]) -> None:
        assert subsample_sizes(total) == sizes

    def test_a_draw_has_no_task_twice_and_a_seed_gives_the_same_draws(self) -> None:
        drawn = subsamples(50, 20, 30, seed=4)
        assert drawn.shape == (30, 20)
        assert all(len(set(row)) == 20 for row in drawn.tolist())
        assert np.array_equal(drawn, subsamples(50, 20, 30, seed=4))
        assert len({tuple(row) for row in drawn.tolist()}) == 30


def test_caveats_name_what_a_metric_is_blind_to_and_the_values_that_mislead() -> None:
    facts = MetricInfo.model_validate(
        {
            "title": "Sharpness",
            "direction": "up",
            "unit": "",
            "decimals": 2,
            "level": "image",
            "min_n": 1,
            "citation": "",
        }
    )
    levels = {"unit": "px", "summary": "", "strengths": [0, 0.5, 2], "errors": [0, 1, 2]}
    protocol = ProtocolCalibration(
        title="Copy",
        num_tasks=TOTAL,
        tasks_sha256="",
        rule="",
        sizes=[4],
        degradations={
            name: DegradationInfo(title=name, **levels) for name in ("blur", "noise", "warp", "tint", "grain", "fade")
        },
        metrics={
            "sharpness": MetricCalibration(
                curves={
                    "blur": curve(3, 2, 1, higher_is_better=True),
                    "noise": curve(1, 2, 3, higher_is_better=True, noise=0, spread=0),
                    "warp": curve(1, 1, 1, higher_is_better=True),
                    "grain": curve(2, 2, 1, higher_is_better=True),
                    "tint": curve(2, 3, 1, higher_is_better=True, noise=0, spread=0),
                    "fade": curve(0.9996, 0.9998, 1, higher_is_better=True, noise=0, spread=0),
                }
            ),
            "absent": MetricCalibration(curves={}, reason="no weights"),
        },
        samples="",
    )
    assert caveats_of({"sharpness": facts, "absent": facts}, {"copy": protocol}) == {
        "sharpness": [
            "copy: blind to warp",
            "copy: 4 tasks are too few to order all neighbouring strengths of grain",
            "copy: better the worse the image under noise: 1.00, 2.00, 3.00 at 0, 0.5, 2 px",
            "copy: not monotone under tint: 2.00, 3.00, 1.00 at 0, 0.5, 2 px",
            "copy: better the worse the image under fade: 0.9996, 0.9998, 1.0000 at 0, 0.5, 2 px",
        ]
    }
