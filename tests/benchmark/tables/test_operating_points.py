"""Operating points from run folders: methods at equal success, who is behind, and every format that shows it."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.results.find_results import FinishedRun
from benchmark.results.schema import write_result
from benchmark.results.task_scores import tasks_sha256, write_task_scores
from benchmark.statistics.ratios import Ratio
from benchmark.tables.build_tables import tabulate
from benchmark.tables.table import OperatingPoints
from reports.leaderboard import csv_file, json_file
from reports.leaderboard.write import write_leaderboard
from tests.reports.synthetic import METRICS, facts, figure, protocol, result

STRENGTHS = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5])
PAIRS = 150
NAME = "attribute-strengths"
FACTS = METRICS | {
    "attribute-accuracy": facts("Attribute accuracy"),
    "identity": facts("Identity"),
    "psnr-background": facts("PSNR, background", unit="dB", decimals=2),
}


def sliding(
    folder: Path, method: str, middle: float = 0.6, cost: float = 0.1, seed: int = 0, **changes: Any
) -> FinishedRun:
    """A run whose edits succeed from a strength about `middle` on, and lose `cost` of identity per unit of strength."""
    generator = np.random.default_rng(sum(map(ord, method)) + seed)
    needed = middle + 0.2 * generator.normal(size=(PAIRS, 1))
    noise = generator.normal(0, 0.02, (PAIRS, 1))
    scores = {
        "attribute-accuracy": (needed <= STRENGTHS).astype(float),
        "identity": 1 - cost * STRENGTHS + noise,
        "psnr-background": 40 - 100 * cost * STRENGTHS + 10 * noise,
    }
    number = PAIRS * len(STRENGTHS)
    faces = np.repeat([f"face{pair // 2}" for pair in range(PAIRS)], len(STRENGTHS))
    strengths = np.tile(STRENGTHS, PAIRS)
    frame = pd.DataFrame(
        {
            "task": range(number),
            "target": [f"target{task // len(STRENGTHS)}" for task in range(number)],
            "source": faces,
            "attribute": "Smiling",
            "task_variation": [f"strength {strength:g}" for strength in strengths],
            "task_strength": strengths,
            **{name: values.reshape(-1) for name, values in scores.items()},
        }
    )
    of_strengths = {
        f"{strength:g}": {name: figure(float(values[:, place].mean()), 0.01) for name, values in scores.items()}
        for place, strength in enumerate(STRENGTHS)
    }
    figures = {name: figure(float(values.mean()), 0.01, n=number) for name, values in scores.items()}
    asked = protocol(
        figures, num_tasks=number, tasks_sha256=tasks_sha256(frame), strengths=of_strengths, title="Attribute strengths"
    )
    made = result(method, seed=seed, **{"protocols": {NAME: asked}, "metrics": FACTS} | changes)
    path = folder / made.dataset / made.label / f"seed{seed}" / "result.json"
    write_result(path, made)
    write_task_scores(path.parent, NAME, frame, {name: [Ratio(name)] for name in scores})
    return FinishedRun(path, made)


def refused(folder: Path, of: FinishedRun, method: str) -> FinishedRun:
    """A run of a method without a slider."""
    asked = of.result.protocols[NAME].model_copy(
        update={
            "metrics": {},
            "strengths": {},
            "reason": "it takes no strength, and these edits are to go 0 of the way",
        }
    )
    made = result(method, protocols={NAME: asked}, metrics=FACTS)
    path = folder / made.dataset / method / "seed0" / "result.json"
    write_result(path, made)
    return FinishedRun(path, made)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[FinishedRun]:
    folder = tmp_path_factory.mktemp("operating") / "runs"
    harsh = sliding(folder, "harsh", middle=0.2, cost=0.5)
    return [
        harsh,
        *(sliding(folder, "gentle", middle=0.6, cost=0.1, seed=seed) for seed in range(2)),
        sliding(folder, "shy", middle=1.2, cost=0.02),
        sliding(folder, "copy", middle=9.0, cost=0.0, kind="reference", weights_origin="none"),
        refused(folder, harsh, "rigid"),
    ]


def points(runs: list[FinishedRun]) -> tuple[OperatingPoints, dict[str, int]]:
    (table,) = tabulate(runs)
    assert table.operating is not None
    return table.operating, {row.title: place for place, row in enumerate(table.rows)}


@pytest.mark.integration
def test_methods_are_compared_where_they_succeed_as_often(runs: list[FinishedRun]) -> None:
    found, places = points(runs)
    assert [column.id for column in found.preserved] == ["identity", "psnr-background"]
    harsh, gentle, shy = (found.methods[places[name]].levels[0] for name in ("Harsh", "Gentle", "Shy"))
    for point, needed, identity in ((harsh, 0.2, 0.9), (gentle, 0.6, 0.94), (shy, 1.2, 0.976)):
        assert point.strength.value == pytest.approx(needed, abs=0.05)
        assert point.preserved[0].value == pytest.approx(identity, abs=0.01)
        assert point.preserved[0].low is not None
    assert [point.preserved[0].emphasis for point in (harsh, gentle, shy)] == [None, None, "best"]
    assert "identity" not in shy.behind
    assert harsh.behind["identity"].low > gentle.behind["identity"].value > 0
    assert gentle.strength.seeds == 2


def test_a_level_that_is_not_reached_says_how_far_the_method_comes(runs: list[FinishedRun]) -> None:
    found, places = points(runs)
    cell = found.methods[places["Copy"]].levels[0].preserved[0]
    assert (cell.value, cell.reason) == (None, "Attribute accuracy 0.5 is not reached: 0.000 at most")
    assert found.methods[places["Copy"]].levels[0].preserved[0].emphasis is None


def test_over_and_under_editing_are_named(runs: list[FinishedRun]) -> None:
    found, places = points(runs)
    verdicts = {name: method.editing for name, place in places.items() if (method := found.methods[place])}
    said = {name: editing.verdict for name, editing in verdicts.items() if editing is not None}
    assert said == {"Harsh": "over-edits", "Gentle": "neither is shown", "Shy": "under-edits", "Copy": "no effect"}
    assert found.methods[places["Rigid"]].reason == "it takes no strength, and these edits are to go 0 of the way"


@pytest.mark.integration
def test_every_format_has_them(runs: list[FinishedRun], tmp_path: Path) -> None:
    written = {path.name: path for path in write_leaderboard(runs, tmp_path)}
    text, page = written["leaderboard.md"].read_text(), written["leaderboard.html"].read_text()
    assert "At attribute accuracy 0.75:" in text
    assert "Harsh: over\\-edits; at strength" in text or "Harsh: over-edits; at strength" in text
    assert "At attribute accuracy 0.9</th>" in page
    assert "behind the best by" in page
    assert "operating-rendered-faces-attribute-strengths.svg" in written
    tables = tabulate(runs)
    rows = [row for row in csv.DictReader(StringIO(csv_file.render(tables))) if row["title"] == "Harsh"]
    strengths = {(row["metric"], row["strength"]) for row in rows}
    assert {("identity", "at attribute accuracy 0.5"), ("strength", "strength that reaches 0.9")} <= strengths
    (table,) = json.loads(json_file.render(tables))["tables"]
    methods = {method["title"]: method["operating_points"] for method in table["methods"]}
    assert methods["Harsh"]["editing"]["verdict"] == "over-edits"
    assert methods["Harsh"]["levels"][1]["behind"]["identity"]["low"] > 0
    assert methods["Rigid"]["reason"].startswith("it takes no strength")


def test_python_has_them_as_a_frame(runs: list[FinishedRun]) -> None:
    frame = benchmark.operating_points(runs[0].path.parents[3])
    of_harsh = frame[(frame["title"] == "Harsh") & (frame["level"] == 0.5)].set_index("metric")
    assert of_harsh.loc["strength", "value"] == pytest.approx(0.2, abs=0.05)
    assert of_harsh.loc["identity", "behind_low"] > 0
    assert set(of_harsh["verdict"]) == {"over-edits"}
    assert len(frame[frame["title"] == "Rigid"]) == 1


def test_tables_of_one_strength_have_none(tmp_path: Path) -> None:
    (table,) = tabulate([FinishedRun(tmp_path / "result.json", result("alpha"))])
    assert table.operating is None
