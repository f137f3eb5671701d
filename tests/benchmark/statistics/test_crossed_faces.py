"""Tasks that share source and target faces: who is resampled, and how often intervals and tests hold."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.statistics.bootstrap import bootstrap_interval
from benchmark.statistics.crossed_faces import Resampled, faces_resampled
from benchmark.statistics.face_clusters import face_numbers
from benchmark.statistics.paired import Difference, Side, paired_difference
from benchmark.statistics.ratios import mean_of_ratios
from tests.benchmark.statistics.experiments import Made, draw_crossed, tally

TARGETS_DIFFER = (0.3, 0.8)


def experiments(number: int, seeds: int, spread: float) -> list[Made]:
    generator = np.random.default_rng(2026)
    return [draw_crossed(generator, seeds, spread, TARGETS_DIFFER) for _ in range(number)]


def intervals(every: list[Made], ways: slice) -> list[tuple[float, float]]:
    return [
        bootstrap_interval(made.ours, mean_of_ratios, made.faces[:, ways].squeeze(), draws=400, seed=number)
        for number, made in enumerate(every)
    ]


def differences(every: list[Made]) -> list[Difference]:
    return [
        paired_difference(
            Side(made.ours, True),
            Side(made.theirs, True),
            mean_of_ratios,
            made.faces,
            draws=400,
            flips=399,
            seed=number,
        )
        for number, made in enumerate(every)
    ]


def covered(found: list[tuple[float, float]]) -> float:
    return float(np.mean([low <= 0 <= high for low, high in found]))


@pytest.mark.integration
def test_where_targets_are_shared_intervals_over_sources_alone_cover_too_little() -> None:
    every = experiments(200, 1, 0.0)
    assert covered(intervals(every, slice(1))) < 0.87
    assert 0.9 <= covered(intervals(every, slice(2))) <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize(("seeds", "spread"), [(1, 0.0), (3, 0.1)])
def test_two_way_intervals_cover_93_to_97_and_the_test_errs_in_no_more_than_6_of_100(seeds: int, spread: float) -> None:
    every = experiments(1000, seeds, spread)
    found = differences(every)
    assert 0.93 <= covered(intervals(every, slice(2))) <= 0.97
    assert 0.93 <= covered([(each.low, each.high) for each in found]) <= 0.97
    assert 0.02 <= np.mean([each.p_value <= 0.05 for each in found]) <= 0.06


def test_a_target_that_has_one_source_is_drawn_with_it() -> None:
    sources = np.repeat(np.array([f"s{number}" for number in range(20)], dtype=object), 3)
    targets = np.array([f"t{number // 2}" for number in range(60)], dtype=object)
    own = np.array([f"t{number}" for number in range(60)], dtype=object)
    values = tally(np.random.default_rng(0).normal(size=60))
    alone = bootstrap_interval([values], mean_of_ratios, sources)
    assert bootstrap_interval([values], mean_of_ratios, np.stack([sources, own], axis=1)) == alone
    assert faces_resampled(np.stack([sources, own], axis=1)) == faces_resampled(sources) == "source face"
    crossed = np.stack([sources, targets], axis=1)
    assert faces_resampled(crossed) == "source and target face"
    assert [int(numbers.max()) + 1 for numbers in face_numbers(crossed)] == [20, 30, 40]
    assert bootstrap_interval([values], mean_of_ratios, crossed) != alone


def test_the_variance_is_that_of_sources_and_targets_less_that_of_pairs_and_no_less_than_either() -> None:
    generator = np.random.default_rng(1)

    def two_way(*spreads: float) -> float:
        found = Resampled(tuple(generator.normal(0, spread, (20_000, 1)) for spread in spreads))
        assert found.widening.item() == pytest.approx(found.two_way.std() / found.by_source.std(), rel=0.03)
        return float(found.two_way.std())

    assert two_way(3.0, 4.0, 1.0) == pytest.approx(24**0.5, rel=0.03)
    assert two_way(3.0, 1.0, 1.5) == pytest.approx(3.0, rel=0.03)
    assert two_way(1.0, 3.0, 2.0) == pytest.approx(3.0, rel=0.03)


def test_what_sources_do_to_all_methods_alike_does_not_hide_what_targets_do_to_each() -> None:
    generator = np.random.default_rng(2)
    alike_and_own = ((3.0, 0.2), (0.0, 1.0), (1.5, 0.1))
    found = Resampled(
        tuple(
            generator.normal(0, alike, (20_000, 1)) + generator.normal(0, own, (20_000, 2))
            for alike, own in alike_and_own
        )
    )
    difference = (2 * (0.2**2 + 1.0**2 - 0.1**2)) ** 0.5
    assert np.diff(found.two_way).std() == pytest.approx(2**0.5 * 0.2, rel=0.03)
    assert np.diff(found.two_way_comparable).std() == pytest.approx(difference, rel=0.03)
    by_source = Resampled(found.ways[:1])
    assert by_source.two_way_comparable is by_source.by_source
