"""`bench leaderboard --by` and the run's page, on a run that real commands made in seconds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from benchmark.caching.file_record import FILES
from benchmark.caching.fingerprints import StageState
from benchmark.results.face_facts import faces_path, read_face_facts
from benchmark.runs.up_to_date import FINISHED
from tests.commands import TINY, bench, settings
from tests.reports.elements import Elements

WORDS = (*TINY, *settings("dataset.size=32", "protocols.style-copy.count=12"))


@pytest.fixture(scope="module")
def runs(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of two reference methods."""
    runs = tmp_path_factory.mktemp("groups") / "runs"
    for method in ("copy-target", "oracle"):
        outcome = bench("score", "--method", method, "--protocol", "style-copy", *WORDS, "--runs", runs)
        assert outcome.code == 0, outcome.err
    return runs


def test_a_run_keeps_what_is_known_of_the_faces_it_edits(runs: Path) -> None:
    for folder in (runs / "rendered-faces").glob("*/seed0"):
        facts = read_face_facts(folder, "style-copy")
        assert facts is not None, folder
        assert {"face", "Pale_Skin", "Eyeglasses", "hair"} <= set(facts.columns)


def test_the_page_by_groups_has_every_method_and_says_what_is_small_or_unknown(runs: Path, tmp_path: Path) -> None:
    outcome = bench(
        "leaderboard", "--runs", runs, "--by", "Eyeglasses,Male,pose", "--format", "json", "--out", tmp_path
    )
    assert outcome.code == 0, outcome.err
    assert [Path(line).name for line in outcome.out.split()] == [
        "leaderboard.json",
        "groups.html",
        "groups.md",
        "groups.json",
    ]
    (table,) = json.loads((tmp_path / "groups.json").read_text())["tables"]
    assert (table["protocol"], table["unknown"], table["reason"]) == ("style-copy", ["Male"], None)
    metric = next(one for one in table["metrics"] if one["metric"] == "seg-accuracy")
    assert len(metric["methods"]) == 2
    for method in metric["methods"].values():
        assert sum(group["n"] for group in method["groups"].values()) == 12
        assert not any(group["ranked"] for group in method["groups"].values())
        assert method["gap"] is None
    for name in ("groups.html", "groups.md"):
        text = (tmp_path / name).read_text()
        shown = Elements(text).text if name.endswith("html") else text
        assert "Not known of these faces: Male." in shown
        assert "tasks: not ranked" in shown


def test_the_runs_own_page_has_them_too_or_says_why_not(runs: Path, tmp_path: Path) -> None:
    folder = runs / "rendered-faces" / "oracle" / "seed0"
    assert bench("report", folder).code == 0
    shown = Elements((folder / "report.html").read_text()).text
    assert "By group of faces" in shown
    assert "not Eyeglasses" in shown
    old = Path(shutil.copytree(folder, tmp_path / "seed0"))
    faces_path(old, "style-copy").unlink()
    assert bench("report", old).code == 0
    shown = Elements((old / "report.html").read_text()).text
    assert "No figures by group of faces: its runs were scored before" in shown


def test_scoring_a_finished_run_again_adds_the_facts(runs: Path, tmp_path: Path) -> None:
    old = Path(shutil.copytree(runs / "rendered-faces" / "copy-target" / "seed0", tmp_path / "seed0"))
    facts = faces_path(old, "style-copy")
    facts.unlink()
    state = StageState(old)  # an older version left it out of its record too
    finished = state.get(FINISHED)
    files = {name: sha256 for name, sha256 in finished[FILES].items() if name != facts.relative_to(old).as_posix()}
    state.put(FINISHED, {**finished, FILES: files})
    outcome = bench("score", old, "--metrics", "seg-accuracy")
    assert outcome.code == 0, outcome.err
    assert read_face_facts(old, "style-copy") is not None


def test_a_misspelt_grouping_is_one_sentence(runs: Path, tmp_path: Path) -> None:
    outcome = bench("leaderboard", "--runs", runs, "--by", "Mal", "--out", tmp_path / "out")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.sentence.startswith("unknown grouping of faces 'Mal'; did you mean 'Male'")
    assert not (tmp_path / "out").exists()
