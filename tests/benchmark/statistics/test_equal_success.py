"""Methods at equal success: the figures of known curves, intervals that hold the truth, and leads over all pairs."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.statistics.crossed_faces import Resampled
from benchmark.statistics.curves import Curves, FaceDraws
from benchmark.statistics.equal_success import AtLevel, at_levels, leads
from benchmarks.equal_success import LEVELS, ONE, OTHER, SEVERAL_SEEDS, coverage

STRENGTHS = [0.0, 0.5, 1.0, 1.5]
FACES = FaceDraws.of(np.arange(60), 400)


def known(points: list[float], spread: float = 0.01, seeds: tuple[float, ...] = (0.0,)) -> Curves:
    """Curves of seeds that lie apart by so much, and their resamples, which move as a whole."""
    values = np.array(points) + np.array(seeds)[:, None]
    moved = np.random.default_rng(0).normal(0, spread, 400)
    return Curves(values, Resampled((values + moved[:, None, None],)))


RISING = known([0.0, 0.5, 0.9, 1.0])


def at_level(success: Curves, preserved: dict[str, Curves], level: float) -> AtLevel:
    (found,) = at_levels(success, preserved, STRENGTHS, [level], FACES)
    return found


def test_what_is_preserved_is_that_at_the_strength_that_is_needed() -> None:
    found = at_level(RISING, {"identity": known([1.0, 0.9, 0.7, 0.2])}, 0.5)
    assert found.strength.value == pytest.approx(0.5)
    assert found.preserved["identity"].value == pytest.approx(0.9)
    assert found.strength.low < 0.5 < found.strength.high
    assert found.reached_in == 1


def test_leads_over_shared_targets_are_as_uncertain_as_the_differences_are() -> None:
    """Sources move both methods alike, and so hide in each what targets do to it alone."""
    generator = np.random.default_rng(0)
    still = Resampled((np.broadcast_to(RISING.values, (400, 1, 4)),) * 3)

    def method() -> Curves:
        values = np.array([[1.0, 0.9, 0.7, 0.2]])
        own = (generator.normal(0, spread, 400) for spread in (0.002, 0.02, 0.002))
        moved = tuple(values + (one + other)[:, None, None] for one, other in zip(alike, own, strict=True))
        return Curves(values, Resampled(moved))

    alike = [generator.normal(0, spread, 400) for spread in (0.1, 0.0, 0.1)]
    found = [at_level(Curves(RISING.values, still), {"identity": method()}, 0.5) for _ in range(2)]
    ahead = leads(found, "identity", FACES, more_is_better=True)
    assert ahead is not None
    assert ahead.over[1].high == pytest.approx(1.96 * 2**0.5 * 0.02, rel=0.15)


def test_a_level_that_resamples_miss_has_no_interval_and_one_that_is_never_reached_no_figure() -> None:
    kept = {"identity": known([1.0, 0.9, 0.7, 0.2])}
    barely = at_level(known([0.0, 0.3, 0.5, 0.5]), kept, 0.5)
    assert barely.strength.value == pytest.approx(1.0)
    assert np.isnan(barely.strength.low)
    assert 0.3 < barely.reached_in < 0.7
    never = at_level(known([0.0, 0.1, 0.2, 0.2]), kept, 0.5)
    assert np.isnan([never.strength.value, never.preserved["identity"].value]).all()


def test_a_strength_without_a_figure_takes_none_of_the_others_away() -> None:
    kept = {"identity": known([1.0, 0.9, 0.7, np.nan])}
    assert at_level(RISING, kept, 0.5).preserved["identity"].value == pytest.approx(0.9)
    assert np.isnan(at_level(RISING, kept, 0.95).preserved["identity"].value)
    assert np.isnan(at_level(RISING, {"identity": known([np.nan] * 4)}, 0.5).preserved["identity"].value)


def test_seeds_that_need_other_strengths_widen_the_interval() -> None:
    kept = {"identity": known([1.0, 0.9, 0.7, 0.2], seeds=(0.0, 0.0, 0.0))}
    alike, apart = (
        at_level(known([0.0, 0.5, 0.9, 1.0], seeds=seeds), kept, 0.5).strength
        for seeds in ((0.0, 0.0, 0.0), (-0.05, 0.0, 0.05))
    )
    assert apart.high - apart.low > 2 * (alike.high - alike.low)


def test_the_best_leads_the_others_that_reach_the_level() -> None:
    kept = [[1.0, 0.9, 0.7, 0.2], [1.0, 0.95, 0.9, 0.8], [1.0, 0.99, 0.99, 0.99]]
    success = [RISING, RISING, known([0.0, 0.1, 0.2, 0.2])]
    found = [
        at_level(of_method, {"identity": known(points)}, 0.9) for of_method, points in zip(success, kept, strict=True)
    ]
    ahead = leads(found, "identity", FACES, more_is_better=True)
    assert ahead is not None
    assert (ahead.best, set(ahead.over)) == (1, {0})
    assert ahead.over[0].value == pytest.approx(0.2)
    assert 0 < ahead.over[0].low < 0.2 < ahead.over[0].high
    reversed_ = leads(found, "identity", FACES, more_is_better=False)
    assert reversed_ is not None
    assert (reversed_.best, reversed_.over[1].value) == (0, pytest.approx(0.2))
    assert leads(found[1:], "identity", FACES, more_is_better=True) is None


@pytest.mark.integration
def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    found = coverage(40, (ONE, OTHER), draws=400)
    assert len(found) == 3 * len(LEVELS)
    assert 0.9 <= np.mean(list(found.values())) <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("methods", [(ONE, OTHER), SEVERAL_SEEDS], ids=["one seed", "three seeds"])
def test_intervals_of_a_thousand_simulations_hold_the_truth_in_93_to_97_percent(methods: tuple) -> None:  # type: ignore[type-arg]
    found = coverage(1000, methods)
    assert all(0.93 <= share <= 0.97 for share in found.values()), found
