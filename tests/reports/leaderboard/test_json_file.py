"""JSON: read back by its schema, with the facts that decide what a figure means."""

import json

from benchmark.tables.build_tables import tabulate
from reports.leaderboard.json_file import Leaderboard, render
from tests.reports.hostile import NAME, hostile_results
from tests.reports.synthetic import figure, noise, result, runs, scored_run


def test_it_reads_back_with_intervals_hashes_weights_and_hardware(tmp_path):
    found = [
        scored_run(tmp_path, method, {"seg-accuracy": noise(seed, mean)}, seed=seed, weights_sha256=f"{seed}" * 64)
        for method, mean in (("a", 0.9), ("b", 0.5))
        for seed in range(2)
    ]
    (table,) = Leaderboard.model_validate_json(render(tabulate(found))).tables
    method = table.methods[0]
    cell = method.figures["seg-accuracy"]
    assert cell.interval.low < cell.value < cell.interval.high
    assert "seeds nested" in cell.interval.method
    assert (cell.n, cell.seeds, cell.emphasis) == (60, 2, "best")
    assert table.methods[1].figures["seg-accuracy"].holm_p < 0.05
    assert (method.figures["rank"].value, table.metrics["rank"].level) == (1, "standing")
    assert table.metrics["seg-accuracy"].direction == "up"
    assert method.weights_origin == "trained"
    assert [run.weights_sha256[0] for run in method.runs] == ["0", "1"]
    assert {run.hardware for run in method.runs} == {"CPU, 2 cores"}
    assert (table.dataset_facts.fingerprint, table.judges["parser"].weights_sha256) == ("f" * 64, "b" * 64)
    assert table.num_tests == 1
    assert "Holm's adjustment counts the 1 test of this table" in table.significance


def test_a_missing_figure_is_null_with_its_reason():
    (table,) = json.loads(render(tabulate(runs(result("a", {"fid": figure(None, n=0, reason="no weights")})))))[
        "tables"
    ]
    cell = table["methods"][0]["figures"]["fid"]
    assert (cell["value"], cell["reason"], cell["interval"]) == (None, "no weights", None)
    assert "no other learned method" in table["unranked"]


def test_hostile_strings_come_back_as_they_were():
    (table,) = json.loads(render(tabulate(runs(*hostile_results()))))["tables"]
    assert f"{NAME} ({NAME})" in {method["title"] for method in table["methods"]}


def test_no_runs_are_no_tables():
    assert json.loads(render([])) == {"schema_version": 1, "tables": [], "unusable_results": 0}
