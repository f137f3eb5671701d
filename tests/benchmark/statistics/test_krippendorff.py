"""Krippendorff's alpha: published values, evalica's values, and the agreement that chance alone gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmark.statistics.krippendorff import krippendorff_alpha

# Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011, section C: four observers, twelve units
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ]
)


def counts(ratings: np.ndarray, categories: int) -> np.ndarray:
    """Counts (units, categories) of ratings (raters, units) from 1; 0 is missing."""
    return np.stack([(ratings == category).sum(axis=0) for category in range(1, categories + 1)], axis=1).astype(float)


@pytest.mark.parametrize(("scale", "expected"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_the_published_example(scale, expected) -> None:
    found = krippendorff_alpha(counts(PUBLISHED, 5), np.arange(12), scale)
    assert found.value == pytest.approx(expected, abs=5e-4)
    assert found.num_units == 11
    assert found.low < found.value <= found.high


@pytest.mark.parametrize("scale", ["nominal", "ordinal"])
@pytest.mark.parametrize("seed", range(5))
def test_evalica_finds_the_same(scale, seed) -> None:
    evalica = pytest.importorskip("evalica", reason="evalica is not installed: pip install -e '.[dev]'")
    ratings = np.random.default_rng(seed).integers(0, 6, (7, 40))
    theirs = evalica.alpha(pd.DataFrame(ratings).replace(0, np.nan), scale).alpha
    assert krippendorff_alpha(counts(ratings, 5), np.arange(40), scale).value == pytest.approx(theirs, abs=1e-9)


def test_raters_who_pick_at_random_agree_as_chance_has_it() -> None:
    ratings = np.random.default_rng(0).integers(1, 3, (20, 300))
    found = krippendorff_alpha(counts(ratings, 2), np.arange(300))
    assert found.low < 0 < found.high
    assert abs(found.value) < 0.02


def test_the_interval_covers_19_of_20_where_units_differ_in_how_clear_they_are() -> None:
    generator = np.random.default_rng(4)

    def drawn(units: int) -> np.ndarray:
        clear = 1 / (1 + np.exp(-generator.normal(0, 1.5, units)))
        return counts(1 + (generator.random((15, units)) < clear), 2)

    truth = krippendorff_alpha(drawn(20_000), np.arange(20_000), draws=2).value
    found = [krippendorff_alpha(drawn(60), np.arange(60), draws=400) for _ in range(200)]
    assert 0.91 <= np.mean([alpha.low <= truth <= alpha.high for alpha in found]) <= 0.98


def test_no_unit_with_two_raters_has_no_alpha() -> None:
    found = krippendorff_alpha(np.eye(3), np.arange(3))
    assert found.num_units == 0
    assert np.isnan([found.value, found.low, found.high]).all()


def test_one_category_alone_has_no_alpha() -> None:
    assert np.isnan(krippendorff_alpha(np.array([[3.0, 0.0], [2.0, 0.0]]), np.arange(2)).value)
