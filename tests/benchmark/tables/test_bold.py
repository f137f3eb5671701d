"""Bold and underline: who is marked, and when nothing is."""

import numpy as np
import pandas as pd
import pytest

from benchmark.comparison.compare_methods import compare
from benchmark.results.method_runs import MethodRuns
from benchmark.tables.build_tables import tabulate
from reports.leaderboard.wording import bold_rule, remarks
from tests.reports.synthetic import figure, noise, result, runs, scored_run


def marks(metric, *results):
    """Emphasis of one column, by method."""
    (table,) = tabulate(runs(*results))
    place = [column.id for column in table.columns].index(metric)
    return {row.label: row.cells[place].emphasis for row in table.rows}


def scored(metric, **figures):
    return [result(method, {metric: value}) for method, value in figures.items()]


def after_tests(metric, *found):
    """Emphasis and adjusted p-value of one column, by method."""
    (table,) = tabulate(found)
    place = [column.id for column in table.columns].index(metric)
    cells = {row.label: row.cells[place] for row in table.rows}
    return {name: cell.emphasis for name, cell in cells.items()}, {name: cell.holm_p for name, cell in cells.items()}


def test_bold_is_the_best_and_all_that_the_paired_test_does_not_find_worse(tmp_path):
    faces = noise(0, 0.0)  # what faces share widens every interval, and no paired difference
    means = {"a": 0.9, "b": 0.8995, "c": 0.87, "d": 0.8}
    found = []
    for name, mean in means.items():
        own = noise(ord(name), 0, 0.01)
        found.append(scored_run(tmp_path, name, {"seg-accuracy": mean + faces + own - own.mean()}))
    marked, p_values = after_tests("seg-accuracy", *found)
    assert marked == {"a": "best", "b": "best", "c": "second", "d": None}
    assert p_values.pop("a") is None
    assert {name for name, p_value in p_values.items() if p_value < 0.05} == {"c", "d"}


def test_the_p_values_are_those_of_a_comparison_and_the_family_is_the_table(tmp_path):
    both = [
        scored_run(tmp_path, name, {"seg-accuracy": noise(seed, 0.9), "style-color": noise(seed + 9, 5.0)})
        for seed, name in enumerate("ab")
    ]
    ours, theirs = (MethodRuns(run.result.label, (run,)) for run in both)
    expected = {match.metric: match.holm_p for match in compare(ours, theirs).matches}
    for metric in ("seg-accuracy", "style-color"):
        _, p_values = after_tests(metric, *both)
        assert list(filter(None, p_values.values())) == [expected[metric]]
    rule = bold_rule(tabulate(both)[0])
    assert rule.count("counts the 2 tests of this table") == 1
    assert "or all where they are fewer and seeds add no error" in rule


def test_a_difference_within_the_spread_of_seeds_is_bold_and_beyond_it_is_not(tmp_path):
    def seeds(method, *means):
        faces = noise(1, 0.0)
        return [
            scored_run(tmp_path, method, {"seg-accuracy": mean + faces + noise(seed, 0, 0.001)}, seed=seed)
            for seed, mean in enumerate(means)
        ]

    found = [*seeds("a", 0.80, 0.85, 0.90), *seeds("b", 0.79, 0.84, 0.89), *seeds("c", 0.50, 0.51, 0.52)]
    assert after_tests("seg-accuracy", *found)[0] == {"a": "best", "b": "best", "c": "second"}


def test_a_set_metric_is_tested_over_three_seeds_and_not_over_fewer():
    def seeds(method, *values):
        return [result(method, {"fid": figure(value)}, seed=seed) for seed, value in enumerate(values)]

    three = runs(*seeds("a", 20.0, 21.0, 22.0), *seeds("b", 20.5, 21.5, 22.5), *seeds("c", 40.0, 41.0, 42.0))
    marked, p_values = after_tests("fid", *three)
    assert marked == {"a": "best", "b": "best", "c": "second"}
    assert p_values["c"] < 0.05 < p_values["b"]
    assert marks("fid", *seeds("a", 20.0, 21.0), *seeds("b", 20.1, 21.1)) == {"a": "best", "b": None}
    (table,) = tabulate(runs(*seeds("a", 20.0), *seeds("b", 20.1)))
    assert "Not tested against the best: FID (a set metric needs 3 seeds of both methods)." in remarks(table)


@pytest.mark.parametrize("damage", ["missing", "not Parquet", "of other tasks", "before files said of what"])
def test_without_usable_scores_the_best_alone_is_bold_and_the_caption_says_why(tmp_path, damage):
    found = [
        scored_run(tmp_path, name, {"seg-accuracy": noise(5, 0.9) - step / 1e3}) for step, name in enumerate("abc")
    ]
    path = found[1][0].parent / "scores" / "attribute-transfer.parquet"
    if damage == "missing":
        path.unlink()
    elif damage == "not Parquet":
        path.write_bytes(b"PAR1")
    elif damage == "of other tasks":
        frame = pd.read_parquet(path)
        frame.assign(target="other").to_parquet(path)
    else:
        pd.read_parquet(path).to_parquet(path)
    (table,) = tabulate(found)
    (column,) = (each for each in table.columns if each.id == "seg-accuracy")
    marked = {row.label: row.cells[table.columns.index(column)].emphasis for row in table.rows}
    assert marked["a"] == "best"
    assert marked["b"] != "best"
    line = "Not tested against the best: Pixel accuracy (no per-task scores that can be used; score the runs again)."
    assert line in remarks(table)
    assert str(tmp_path) not in " ".join(remarks(table))


def test_all_on_one_source_face_cannot_be_tested(tmp_path):
    found = [
        scored_run(tmp_path, name, {"seg-accuracy": np.array([value, value])})
        for name, value in (("a", 0.9), ("b", 0.5))
    ]
    (table,) = tabulate(found)
    assert (
        "Not tested against the best: Pixel accuracy (fewer than two source faces have a figure of both)."
        in remarks(table)
    )


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


def test_figures_of_some_of_the_tasks_are_never_the_best_nor_tested(tmp_path):
    means = {"a": 0.9, "b": 0.5}
    whole = [scored_run(tmp_path, name, {"seg-accuracy": noise(ord(name), mean)}) for name, mean in means.items()]
    asked = whole[0].result.protocols["attribute-transfer"].model_dump()
    some = {**asked, "metrics": {"seg-accuracy": figure(0.99)}, "num_scored": 3}
    found = runs(result("some", protocols={"attribute-transfer": some}, weights_origin="external")) + whole
    (table,) = tabulate(found)
    place = [column.id for column in table.columns].index("seg-accuracy")
    cells = {row.label: row.cells[place] for row in table.rows}
    assert {name: cell.emphasis for name, cell in cells.items()} == {"some": None, "a": "best", "b": None}
    assert cells["some"].untested == "some of the tasks have no edit, so that its figures are of other tasks"
    assert cells["b"].holm_p < 0.05
