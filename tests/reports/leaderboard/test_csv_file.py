"""CSV: a row a figure, with what stands behind it, and nothing that a spreadsheet runs."""

import csv
from io import StringIO

import pytest

from benchmark.tables.build_tables import tabulate
from benchmark.tables.long_format import COLUMNS
from reports.leaderboard.csv_file import render
from tests.reports.hostile import NAME, NOTE, hostile_results
from tests.reports.synthetic import figure, noise, result, runs, scored_run
from tests.spreadsheet_formulas import FORMULAS


def rows(found):
    return list(csv.DictReader(StringIO(render(tabulate(found)))))


def test_a_figure_has_all_that_stands_behind_it(tmp_path):
    found = [
        scored_run(tmp_path, method, {"seg-accuracy": noise(seed, mean)}, seed=seed)
        for method, mean in (("a", 0.9), ("b", 0.5))
        for seed in range(2)
    ]
    (table,) = tabulate(found)
    cell = table.rows[0].cells[2]
    (line,) = (each for each in rows(found) if (each["method"], each["metric"]) == ("a", "seg-accuracy"))
    assert tuple(line) == COLUMNS
    numbers = {name: float(line[name]) for name in ("value", "low", "high", "seed_low", "seed_high")}
    assert numbers == {
        "value": cell.value,
        "low": cell.low,
        "high": cell.high,
        "seed_low": cell.seed_range[0],
        "seed_high": cell.seed_range[1],
    }
    expected = {
        "rank": "1",
        "direction": "up",
        "n": "60",
        "seeds": "2",
        "emphasis": "best",
        "printed": cell.text,
        "interval": "bootstrap by source face, seeds nested, 1,000 draws",
    }
    assert {name: line[name] for name in expected} == expected
    (other,) = (each for each in rows(found) if (each["method"], each["metric"]) == ("b", "seg-accuracy"))
    assert float(other["holm_p"]) < 0.05


def test_a_missing_figure_is_empty_with_its_reason_and_never_0():
    (line,) = (
        each
        for each in rows(runs(result("a", {"fid": figure(None, n=0, reason="no weights file")})))
        if each["metric"] == "fid"
    )
    assert (line["value"], line["printed"], line["reason"]) == ("", "", "no weights file")


def test_hostile_strings_come_back_whole_and_run_nowhere():
    found = rows(runs(*hostile_results()))
    titles = {line["title"] for line in found}
    assert any(title.startswith(NAME) for title in titles)
    assert any(title.startswith(NOTE) for title in titles)
    assert any(line["reason"].startswith(f"{NAME} {NOTE}") for line in found)
    text = [value for line in found for name, value in line.items() if name in ("method", "title", "preset", "reason")]
    assert not [value for value in text if value.lstrip().startswith(("=", "+", "-", "@"))]
    assert {len(line) for line in csv.reader(StringIO(render(tabulate(runs(*hostile_results())))))} == {len(COLUMNS)}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_becomes_text(formula):
    reason = rows(runs(result("a", {"fid": figure(None, n=0, reason=formula)})))[0]["reason"]
    assert reason == f"'{formula}"


def test_negative_numbers_stay_numbers():
    (line,) = (
        each for each in rows(runs(result("a", {"seg-accuracy": figure(-0.25)}))) if each["metric"] == "seg-accuracy"
    )
    assert line["value"] == "-0.25"
