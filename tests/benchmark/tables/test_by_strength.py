"""Curves over strength: a row for each, the area and the loss last, in every format and as a plot."""

import csv
import json
from io import StringIO

import pytest

from benchmark.tables.build_tables import tabulate
from benchmark.tables.by_strength import by_strength
from reports.leaderboard import csv_file, json_file, latex
from reports.leaderboard.html_page import curve_data
from reports.leaderboard.strength_plot import draw_curves
from reports.leaderboard.write import write_leaderboard
from tests.reports.synthetic import figure, protocol, result, runs

NAME = "mask-edits"
STRENGTHS = ("0", "0.5", "2")


def scored(values, fid=(None, None, None), seed=0, method="alpha", **changes):
    found = {
        strength: {"seg-accuracy": figure(value, 0.05), "fid": figure(of_set, reason=None if of_set else "too few")}
        for strength, value, of_set in zip(STRENGTHS, values, fid, strict=True)
    }
    figures = {"seg-accuracy": figure(0.6), "fid": figure(31.0)}
    loss = None if None in values else values[0] - values[1]
    losses = {"seg-accuracy": figure(loss, 0.02), "fid": figure(None, reason="too few")}
    scores = protocol(figures, strengths=found, losses=losses, title="Mask edits")
    return result(method, seed=seed, protocols={NAME: scores}, **changes)


@pytest.fixture
def tables():
    return tabulate(
        runs(
            scored((0.9, 0.7, 0.4)),
            scored((0.8, 0.6, 0.3), seed=1),
            scored((0.6, 0.6, 0.6), method="copy", kind="reference"),
        )
    )


def test_every_strength_has_its_row_and_area_and_loss_are_the_last(tables):
    (found,) = by_strength(tables[0])  # the other metric has a figure at no strength
    assert found.column.id == "seg-accuracy"
    assert found.methods == ("Copy", "Alpha")
    texts = [(name, [cell.text for cell in cells]) for name, cells in found.rows]
    assert texts == [
        ("0", ["0.600", "0.850"]),
        ("0.5", ["0.600", "0.650"]),
        ("2", ["0.600", "0.350"]),
        ("area under the curve", ["0.600", "0.600"]),
        ("loss from 0 to 1", ["0.000", "0.200"]),
    ]


def test_the_area_of_a_metric_of_sets_is_that_of_its_curve():
    (table,) = tabulate(runs(scored((0.9, 0.7, 0.4), fid=(10, 20, 40))))
    found = by_strength(table)[1]
    rows = {name: cells[0] for name, cells in found.rows}
    assert rows["all tasks"].value == 31
    assert rows["area under the curve"].value == pytest.approx((0.5 * 15 + 1.5 * 30) / 2)
    assert "loss from 0 to 1" not in rows  # no method has one


def test_tables_of_one_strength_have_none():
    (table,) = tabulate(runs(result("alpha")))
    assert by_strength(table) == []
    assert curve_data(table) is None
    assert draw_curves(table) is None


@pytest.mark.integration
def test_every_format_has_them(tables, tmp_path):
    written = {path.name: path for path in write_leaderboard(runs(scored((0.9, 0.7, 0.4))), tmp_path)}
    text, page = written["leaderboard.md"].read_text(), written["leaderboard.html"].read_text()
    assert "By strength: Pixel accuracy ↑" in text
    assert "| 0.5 | 0.700 0.650 to 0.750 |" in text
    assert "areas under the curve over strength" in text
    assert "by strength</summary>" in page
    assert "Curves over strength</h3>" in page
    assert "curves-rendered-faces-mask-edits.svg" in written
    rows = [row for row in csv.DictReader(StringIO(csv_file.render(tables))) if row["metric"] == "seg-accuracy"]
    alpha = {row["strength"]: row["value"] for row in rows if row["title"] == "Alpha"}
    assert float(alpha["0.5"]) == pytest.approx(0.65)
    assert set(alpha) == {"", *STRENGTHS, "area under the curve", "loss from 0 to 1"}
    (table,) = json.loads(json_file.render(tables))["tables"]
    (copy, _) = table["methods"]
    assert copy["strengths"]["0.5"]["seg-accuracy"]["value"] == 0.6
    assert copy["curves"]["loss from 0 to 1"]["seg-accuracy"]["value"] == 0
    assert r"area under the curve & 0.600 & 0.600 \\" in latex.render(tables)
