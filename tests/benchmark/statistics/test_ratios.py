"""Tallies: sums of columns that make means and pooled ratios, with gaps."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmark.statistics.ratios import Ratio, mean_of_ratios, mean_over_groups, ratio_terms, terms_by_group

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


def test_groups_count_the_same_whatever_their_size_and_ratios() -> None:
    columns = {"a": np.array([1.0, 2.0, 3.0, 10.0]), "b": np.array([4.0, np.nan, np.nan, np.nan])}
    groups = np.array([0, 0, 0, 1])
    terms = terms_by_group(ratio_terms(columns, [Ratio("a"), Ratio("b")]), groups, 2)
    assert terms.shape == (4, 2, 4)
    assert mean_over_groups(2)(terms.sum(axis=0)) == pytest.approx(((2 + 4) / 2 + 10) / 2)
    assert np.allclose(mean_over_groups(2)(terms), mean_of_ratios(terms))  # of a task alone


def test_one_group_is_no_group() -> None:
    terms = ratio_terms({"a": np.array([1.0, 2.0])}, [Ratio("a")])
    assert terms_by_group(terms, np.zeros(2, int), 1) is terms
    assert mean_over_groups(1) is mean_of_ratios
