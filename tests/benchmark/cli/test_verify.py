"""`bench verify`: names what changed in a run since it was written, and nothing else."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import TINY, TINY_METHOD, bench, settings
from tests.damaged_files import DAMAGES, cut
from tests.places import ROOT

WORDS = ("score", "--plugin", TINY_METHOD, "--method", "tiny", *TINY, *settings("dataset.size=32"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    runs = tmp_path_factory.mktemp("verified")
    outcome = bench(*WORDS, "--runs", runs)
    assert outcome.code == 0, outcome.err
    return runs / "rendered-faces" / "tiny" / "seed0"


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "seed0"))


def test_a_run_as_it_was_written_is_intact(finished: Path) -> None:
    outcome = bench("verify", finished)
    # 1 checkpoint; 12 edits, 3 task tables and 3 costs; 3 files of scores and 3 of what is known of faces; result,
    # experiment, provenance and samples
    assert outcome.out == f"{finished}: all 29 files are as they were written\n"
    assert outcome.code == 0


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    "name",
    [
        "checkpoints/paint.pth",
        "edits/style-copy/00002.png",
        "edits/reconstruction/cost.json",
        "edits/style-copy/tasks.parquet",
        "scores/style-copy.parquet",
        "faces/style-copy.parquet",
        "result.json",
        "provenance.json",
    ],
)
def test_a_file_that_changed_is_named(run: Path, name: str, damage: Callable[[Path], None]) -> None:
    damage(run / name)
    outcome = bench("verify", run)
    assert outcome.out == f"{run / name}\tchanged\n{run}: 1 of 29 files are not as they were written\n"
    assert outcome.code == 1


def test_a_replaced_file_of_scores_leaves_the_run_out_and_is_named(run: Path) -> None:
    shutil.copy(run / "scores" / "reconstruction.parquet", run / "scores" / "style-copy.parquet")
    outcome = bench("leaderboard", "--runs", run, "--out", run / "pages")
    assert outcome.code == 2
    assert outcome.sentence == (
        f"{run / 'scores' / 'style-copy.parquet'} is not the file that {run / 'result.json'} was made with; "
        f"`bench verify {run}` names what changed in the run, and scoring it again makes it anew"
    )
    (run / "scores" / "style-copy.parquet").unlink()
    outcome = bench("leaderboard", "--runs", run, "--out", run / "pages")
    assert outcome.code == 0, "a result without per-task scores has figures"


def test_swapped_and_missing_edits_are_named(run: Path) -> None:
    edits = run / "edits" / "style-copy"
    shutil.copy(edits / "00000.png", edits / "00001.png")
    shutil.rmtree(run / "edits" / "reconstruction")
    outcome = bench("verify", run)
    assert outcome.code == 1
    lines = outcome.out.splitlines()
    assert f"{edits / '00001.png'}\tchanged" in lines
    missing = {Path(line.partition("\t")[0]).name for line in lines if line.endswith("\tmissing")}
    assert missing == {"00000.png", "00001.png", "00002.png", "tasks.parquet", "cost.json"}
    assert lines[-1] == f"{run}: 6 of 29 files are not as they were written"


def test_a_damaged_record_is_named(run: Path) -> None:
    cut(run / "stamps.json")
    outcome = bench("verify", run)
    assert outcome.out.splitlines()[0] == f"{run / 'stamps.json'}\tdamaged"
    assert outcome.code == 1


def test_several_runs_as_json(finished: Path, run: Path) -> None:
    (run / "samples.png").unlink()
    outcome = bench("verify", finished, run, "--json")
    assert outcome.code == 1
    assert json.loads(outcome.out) == [
        {"run": str(finished), "compared": 29, "problems": [], "unrecorded": []},
        {
            "run": str(run),
            "compared": 29,
            "problems": [{"file": str(run / "samples.png"), "problem": "missing"}],
            "unrecorded": [],
        },
    ]


def test_a_run_without_hashes_is_said_to_have_none_and_does_not_fail() -> None:
    old = ROOT / "examples" / "results" / "rendered-faces" / "maskgan" / "seed0"
    outcome = bench("verify", old)
    parts = "edits/attribute-transfer, scores and result"
    assert outcome.out == f"{old}: no hashes of {parts}, which are not finished or of an older version\n"
    assert outcome.code == 0


def test_a_folder_of_no_run_is_refused(tmp_path: Path) -> None:
    outcome = bench("verify", tmp_path)
    assert outcome.code == 2
    assert outcome.sentence == f"{tmp_path} is no run folder: it has neither stamps.json nor result.json"
