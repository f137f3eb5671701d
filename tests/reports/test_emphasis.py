"""Bold and underline: who is marked, and when nothing is."""

import pytest
from synthetic import figure, result, runs

from reports.tables import tabulate


def marks(metric, *results):
    """Emphasis of one column, by method."""
    (table,) = tabulate(runs(*results))
    place = [column.id for column in table.columns].index(metric)
    return {row.label: row.cells[place].emphasis for row in table.rows}


def scored(metric, **figures):
    return [result(method, {metric: value}) for method, value in figures.items()]


def test_bold_is_the_best_and_all_whose_interval_overlaps_its_own():
    found = marks(
        "seg-accuracy",
        *scored("seg-accuracy", a=figure(0.9, 0.02), b=figure(0.87, 0.02), c=figure(0.8, 0.02), d=figure(0.7)),
    )
    assert found == {"a": "best", "b": "best", "c": "second", "d": None}


def test_direction_decides_what_is_best():
    found = marks("style-color", *scored("style-color", a=figure(9.0), b=figure(3.0), c=figure(5.0)))
    assert found == {"a": None, "b": "best", "c": "second"}


def test_without_intervals_only_the_best_and_what_prints_the_same():
    found = marks("seg-accuracy", *scored("seg-accuracy", a=figure(0.9), b=figure(0.90001), c=figure(0.899, 0.1)))
    assert found == {"a": "best", "b": "best", "c": "second"}


def test_one_learned_method_has_nothing_to_be_compared_with():
    reference = result("copy", {"seg-accuracy": figure(0.5)}, kind="reference", weights_origin="none")
    assert marks("seg-accuracy", reference, *scored("seg-accuracy", a=figure(0.9))) == {"copy": None, "a": None}


def test_of_two_methods_the_loser_is_not_underlined():
    assert marks("seg-accuracy", *scored("seg-accuracy", a=figure(0.9), b=figure(0.2))) == {"a": "best", "b": None}


def test_reference_methods_and_real_images_are_never_marked():
    better = [
        result(kind, {"seg-accuracy": figure(1.0)}, kind=kind, weights_origin="none") for kind in ("real", "reference")
    ]
    found = marks("seg-accuracy", *better, *scored("seg-accuracy", a=figure(0.9), b=figure(0.8)))
    assert found == {"real": None, "reference": None, "a": "best", "b": None}


@pytest.mark.parametrize("cost", ["parameters", "edit-ms"])
def test_costs_are_not_ranked(cost):
    assert set(marks(cost, *scored("seg-accuracy", a=figure(0.9), b=figure(0.8), c=figure(0.7))).values()) == {None}


def test_a_missing_figure_takes_no_part():
    found = marks("seg-accuracy", *scored("seg-accuracy", a=figure(None, reason="none"), b=figure(0.1), c=figure(0.2)))
    assert found == {"a": None, "b": None, "c": "best"}
