"""Over- and under-editing: named where the other strengths show it beyond doubt, and not where nothing does."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.statistics.crossed_faces import Resampled
from benchmark.statistics.curves import Curves, FaceDraws
from benchmark.statistics.editing_strength import EditingStrength, editing_strength
from benchmark.statistics.ratios import terms_by_group
from tests.benchmark.statistics.experiments import tally

STRENGTHS = [0.0, 0.5, 0.75, 1.0, 1.5]
PAIRS = 200


def found(success: list[float], kept: list[float], seed: int = 0, pairs: int = PAIRS) -> EditingStrength:
    """Of edits that succeed with these probabilities, each from a strength of its own on, and preserve so much."""
    generator = np.random.default_rng(seed)
    luck, noise = generator.random((pairs, 1)), generator.normal(0, 0.05, (pairs, 1))
    figures = [(luck < np.array(success)).astype(float), np.array(kept) + noise + generator.normal(0, 0.01, (pairs, 5))]
    faces = FaceDraws.of(np.arange(pairs).repeat(5), 1000)
    strengths = np.tile(np.arange(5), pairs)
    curves = [Curves.of([terms_by_group(tally(values.reshape(-1)), strengths, 5)], 5, faces) for values in figures]
    verdict = editing_strength(curves[0], {"identity": (curves[1], True)}, STRENGTHS, faces)
    assert verdict is not None
    return verdict


FALLING = [1.0, 0.95, 0.9, 0.85, 0.7]


def test_a_whole_edit_that_only_costs_more_than_a_weaker_one_is_too_much() -> None:
    said = found([0.0, 0.6, 0.98, 0.98, 0.98], FALLING)
    assert (said.verdict, said.strength) == ("over-edits", 0.75)
    assert said.success is not None
    assert said.preserved["identity"].value == pytest.approx(0.05, abs=0.01)
    assert said.preserved["identity"].low > 0


def test_a_whole_edit_that_a_stronger_one_surpasses_is_too_little() -> None:
    said = found([0.0, 0.1, 0.2, 0.4, 0.8], FALLING)
    assert (said.verdict, said.strength) == ("under-edits", 1.5)
    assert said.success is not None
    assert said.success.low > 0


def test_an_edit_without_success_and_one_without_fault_are_neither() -> None:
    assert found([0.1] * 5, FALLING).verdict == "no effect"
    assert found([0.0, 0.3, 0.6, 0.95, 0.96], FALLING).verdict == "neither is shown"
    assert found([0.0, 0.6, 0.98, 0.98, 0.98], [1.0] * 5).verdict == "neither is shown"


def test_few_faces_show_no_equal_success() -> None:
    assert found([0.0, 0.6, 1.0, 1.0, 1.0], FALLING, pairs=40).verdict == "neither is shown"
    assert found([0.0, 0.6, 1.0, 1.0, 1.0], FALLING, pairs=100).verdict == "over-edits"


def test_without_the_whole_edit_or_any_beyond_it_nothing_can_be_told() -> None:
    faces = FaceDraws.of(np.arange(10), 10)
    curves = Curves(np.ones((1, 2)), Resampled((np.ones((10, 1, 2)),)))
    for strengths in ([0.0, 1.0], [0.5, 1.0], [0.0, 1.5]):
        assert editing_strength(curves, {}, strengths, faces) is None
