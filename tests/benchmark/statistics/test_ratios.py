"""Tallies: sums of columns that make means and pooled ratios, with gaps."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmark.statistics.ratios import Ratio, mean_of_ratios, ratio_terms

COLUMNS = {
    "a": np.array([1.0, np.nan, 3.0]),
    "b": np.array([np.nan, np.nan, 8.0]),
    "none": np.full(3, np.nan),
    "hit": np.array([1.0, 2.0, 0.0]),
    "all": np.array([2.0, 8.0, 0.0]),
}


@pytest.mark.parametrize(
    ("ratios", "expected"),
    [
        ([Ratio("a")], 2.0),
        ([Ratio("a"), Ratio("b")], (2.0 + 8.0) / 2),
        ([Ratio("a"), Ratio("none")], 2.0),
        ([Ratio("hit", "all")], 0.3),
        ([Ratio("hit", "all"), Ratio("a")], (0.3 + 2.0) / 2),
        ([Ratio("none")], math.nan),
    ],
)
def test_the_figure_is_the_mean_of_the_ratios_that_there_are(ratios: list[Ratio], expected: float) -> None:
    found = ratio_terms(COLUMNS, ratios)
    assert found.shape == (3, 2, len(ratios))
    assert mean_of_ratios(found.sum(axis=0)) == pytest.approx(expected, nan_ok=True)


def test_weighted_sums_are_the_figure_of_repeated_tasks() -> None:
    ratios = [Ratio("hit", "all"), Ratio("a"), Ratio("b")]
    repeated = {name: values[[0, 0, 2]] for name, values in COLUMNS.items()}
    weighted = np.tensordot([2.0, 0.0, 1.0], ratio_terms(COLUMNS, ratios), axes=1)
    assert mean_of_ratios(weighted) == pytest.approx(mean_of_ratios(ratio_terms(repeated, ratios).sum(axis=0)))
