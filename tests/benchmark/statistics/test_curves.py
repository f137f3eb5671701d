"""Curves over strength: through their points, monotone between them, and reached where they first come to a level."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from benchmark.statistics.bootstrap import bootstrap_interval
from benchmark.statistics.curves import Curves, FaceDraws, SmoothCurves
from benchmark.statistics.ratios import mean_of_ratios, terms_by_group
from tests.benchmark.statistics.experiments import tally

STRENGTHS = [0.0, 0.25, 0.5, 1.0]
RISING = np.array([0.0, 0.2, 0.8, 1.0])


def test_figures_between_points_are_those_of_scipy() -> None:
    falling = 1 - RISING**2
    curves = SmoothCurves.through(STRENGTHS, np.stack([RISING, falling]))
    for place in (0.0, 0.1, 0.25, 0.7, 1.0):
        expected = [float(PchipInterpolator(STRENGTHS, points)(place)) for points in (RISING, falling)]
        assert curves.at(np.full(2, place)) == pytest.approx(expected)


def test_a_level_is_reached_where_the_curve_has_it() -> None:
    curves = SmoothCurves.through(STRENGTHS, RISING)
    for level in (0.1, 0.2, 0.5, 0.99):
        assert PchipInterpolator(STRENGTHS, RISING)(curves.first_reached(level)) == pytest.approx(level)


def test_the_first_place_counts_and_one_that_is_never_reached_is_none() -> None:
    points = np.array([[0.0, 0.6, 0.2, 0.9], [0.7, 0.8, 0.9, 1.0], [0.0, 0.1, 0.2, 0.3], [0.0, np.nan, 0.5, 1.0]])
    curves = SmoothCurves.through(STRENGTHS, points)
    places = curves.first_reached(0.5)
    assert 0 < places[0] < 0.25
    assert places[1] == 0
    assert np.isnan(places[2:]).all()
    assert curves.at(places)[:2] == pytest.approx([0.5, 0.7])
    assert np.isnan(curves.at(places)[2:]).all()


def test_each_point_is_the_figure_of_its_strength_and_spreads_as_it_does() -> None:
    generator = np.random.default_rng(0)
    faces, strengths = np.arange(80).repeat(8), np.tile(np.arange(4), 160)
    values = generator.normal(size=(2, 640)) + np.arange(4)[strengths] + generator.normal(size=80)[faces]
    values[:, 3] = np.nan
    draws = FaceDraws.of(faces, 1000)
    curves = Curves.of([terms_by_group(tally(of_seed), strengths, 4) for of_seed in values], 4, draws)
    for place in range(4):
        of_strength = values[:, strengths == place]
        assert curves.values[:, place] == pytest.approx(np.nanmean(of_strength, axis=1))
    alone = bootstrap_interval([tally(values[0, strengths == 1])], mean_of_ratios, faces[strengths == 1])
    assert np.quantile(curves.drawn.by_source[:, 0, 1], [0.025, 0.975]) == pytest.approx(alone, abs=0.05)


def test_a_task_without_a_figure_in_one_seed_counts_in_none() -> None:
    values = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, np.nan, 8.0]])
    terms = [terms_by_group(tally(of_seed), np.array([0, 1, 0, 1]), 2) for of_seed in values]
    curves = Curves.of(terms, 2, FaceDraws.of(np.arange(4), 10))
    assert curves.values.tolist() == [[1.0, 3.0], [5.0, 7.0]]
