"""Figures by attribute: a row for each, the mean last, over the seeds of every method."""

from benchmark.tables.build_tables import tabulate
from benchmark.tables.by_attribute import by_attribute
from reports.leaderboard.write import write_leaderboard
from tests.reports.synthetic import figure, protocol, result, runs

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
