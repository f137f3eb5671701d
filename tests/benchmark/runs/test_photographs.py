"""The command end to end on a folder in CelebAMask-HQ's own layout, with files that were damaged on their way."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmark.results.schema import Result, read_result
from tests.celebamask_hq_folder import make_celeba
from tests.commands import TINY_SCORING, TINY_TASKS, Outcome, bench, settings

FACES = (
    {face: 1 + face for face in range(12)}  # CelebA's train partition,
    | {face: 162_771 + face for face in range(12, 16)}  # its val
    | {face: 182_638 + face for face in range(16, 30)}  # and its test partition
)
CUT, SHRUNK = 3, 20
"""The face of train whose image was cut short, and that of test with a mask part of another size."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def finished(runs: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    celeba = make_celeba(tmp_path_factory.mktemp("photographs"), FACES)
    content = celeba.image(CUT).read_bytes()
    celeba.image(CUT).write_bytes(content[: len(content) // 2])
    cv2.imwrite(str(celeba.part(SHRUNK, "nose")), np.full((16, 16), 255, np.uint8))
    words = ("--method", "region-color", "--dataset", "celebamask-hq", "--data", celeba.root, "--runs", runs)
    return bench("run", *words, *settings("dataset.size=64", "compute.precision=fp32", *TINY_SCORING, *TINY_TASKS))


@pytest.fixture(scope="module")
def folder(finished: Outcome, runs: Path) -> Path:
    assert finished.code == 0, finished.err
    return runs / "celebamask-hq" / "region-color" / "seed0"


@pytest.fixture(scope="module")
def result(folder: Path) -> Result:
    return read_result(folder / "result.json")


def test_the_whole_faces_are_used_and_the_skipped_counted(result: Result) -> None:
    assert result.dataset_facts.faces == {"train": 11, "val": 4, "test": 13}
    assert result.dataset_facts.skipped == 2


def test_the_damaged_files_are_named_in_the_provenance(folder: Path) -> None:
    skipped = json.loads((folder / "provenance.json").read_text())["data"]["skipped"]
    assert skipped == [
        {"face": "3", "reason": "3.jpg is a JPEG that was cut short"},
        {"face": "20", "reason": "00020_nose.png is 16x16, not 64x64 as the other parts"},
    ]


def test_the_terminal_says_how_many_were_skipped(finished: Outcome) -> None:
    said = [line for line in finished.err.splitlines() if "skipped" in line]
    assert len(said) == 1, finished.err
    assert "celebamask-hq: 2 faces skipped" in said[0]


def test_every_protocol_is_scored_and_what_needs_a_true_edit_has_a_reason(result: Result) -> None:
    assert {name: each.num_tasks for name, each in result.protocols.items()} == {
        "attribute-transfer": 4,
        "style-copy": 5,
        "reconstruction": 3,
    }
    for name, protocol in result.protocols.items():
        assert protocol.metrics["seg-accuracy"].value is not None, name


def test_the_leaderboard_shows_the_run(folder: Path, runs: Path) -> None:
    page, *others = runs.rglob("leaderboard.md")
    assert not others
    assert read_result(folder / "result.json").title in page.read_text()
