"""Figures by attribute: a row for each, the mean last, over the seeds of every method."""

import csv
import json
from io import StringIO

from benchmark.tables.build_tables import tabulate
from benchmark.tables.by_attribute import by_attribute
from reports.leaderboard import csv_file, json_file, latex
from reports.leaderboard.write import write_leaderboard
from tests.reports.synthetic import figure, protocol, result, runs
from tests.reports.typesetting import typeset

NAME = "attribute-transfer"


def scored(smiling, bald, seed=0, method="alpha"):
    found = {
        "Smiling": {"seg-accuracy": figure(smiling, 0.05), "fid": figure(None, n=9, reason="too few")},
        "Bald": {
            "seg-accuracy": figure(bald, reason=None if bald else "it learned no baldness"),
            "fid": figure(None, n=9, reason="too few"),
        },
    }
    mean = None if bald is None else (smiling + bald) / 2
    figures = {"seg-accuracy": figure(mean, reason="no mean" if mean is None else None), "fid": figure(31.0)}
    return result(method, seed=seed, protocols={NAME: protocol(figures, attributes=found)})


def test_every_attribute_has_its_row_and_the_mean_the_last():
    (table,) = tabulate(runs(scored(0.9, 0.7), scored(0.8, 0.6, seed=1), scored(0.5, None, method="beta")))
    (found,) = by_attribute(table)  # the other metric has a figure of no attribute
    assert found.column.id == "seg-accuracy"
    assert found.methods == ("Alpha", "Beta")
    texts = [(name, [cell.text for cell in cells]) for name, cells in found.rows]
    assert texts == [("Smiling", ["0.850", "0.500"]), ("Bald", ["0.650", "–"]), ("mean", ["0.750", "–"])]
    assert found.rows[1][1][1].reason == "it learned no baldness"


def test_tables_of_one_attribute_have_none():
    (table,) = tabulate(runs(result("alpha")))
    assert by_attribute(table) == []


def test_the_leaderboard_shows_them(tmp_path):
    written = write_leaderboard(runs(scored(0.9, 0.7)), tmp_path)
    text, page = written[0].read_text(), written[1].read_text()
    assert "By attribute: Pixel accuracy ↑" in text
    assert "| Smiling | 0.900 0.850 to 0.950 |" in text
    assert "| mean | 0.800 |" in text
    assert "figures per image are means over attributes" in text
    assert "by attribute</summary>" in page


def test_csv_and_json_have_them_with_intervals_and_reasons():
    tables = tabulate(runs(scored(0.9, 0.7), scored(0.5, None, method="beta")))
    rows = list(csv.DictReader(StringIO(csv_file.render(tables))))
    found = {(row["title"], row["attribute"]): row for row in rows if row["metric"] == "seg-accuracy"}
    assert {key: row["value"] for key, row in found.items()} == {
        ("Alpha", ""): "0.8",
        ("Alpha", "Smiling"): "0.9",
        ("Alpha", "Bald"): "0.7",
        ("Beta", ""): "",
        ("Beta", "Smiling"): "0.5",
        ("Beta", "Bald"): "",
    }
    assert found["Alpha", "Smiling"]["low"] == "0.85"
    assert found["Beta", "Bald"]["reason"] == "it learned no baldness"
    (table,) = json.loads(json_file.render(tables))["tables"]
    alpha, beta = (method["attributes"] for method in table["methods"])
    assert alpha["Smiling"]["seg-accuracy"]["value"] == 0.9
    assert beta["Bald"]["seg-accuracy"]["reason"] == "it learned no baldness"


def test_latex_has_a_table_of_them_with_its_own_label(tmp_path):
    text = latex.render(tabulate(runs(scored(0.9, 0.7), scored(0.5, None, method="beta"))))
    assert r"Smiling & 0.900 & 0.500 \\" in text
    assert r"Bald & 0.700 & -- \\" in text
    assert "\\midrule\nmean & 0.800 & -- \\\\" in text
    assert r"\label{tab:rendered-faces-attribute-transfer-seg-accuracy}" in text
    typeset(text, tmp_path)
