"""Folders of faces under the commands: runs say what they used, what they left out, and what is missing for them."""

import json
import shutil
from pathlib import Path

import pytest

from tests.commands import TINY_SCORING, Outcome, bench, settings
from tests.face_folder import FACES, SIDE, write_as_colors, write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "faces")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


def run(folder: Path, *words: object) -> Outcome:
    tiny = settings(*TINY_SCORING, "compute.precision=fp32", f"dataset.size={SIDE}")
    place = ("--runs", folder.parent / "runs", "--dataset", "face-folder", "--data", folder)
    return bench("run", "--method", "copy-target", *place, "--protocols", "style-copy", *tiny, *words)


def test_a_run_says_what_it_left_out_and_what_is_unknown(folder: Path) -> None:
    (folder / "attributes.csv").unlink()
    (folder / "masks" / "b.png").unlink()
    outcome = run(folder)
    assert outcome.code == 0, outcome.err
    said = f"{folder}: 6 images, 5 used (2 train, 1 val, 2 test); left out: 1 without a mask (such as b); no attributes"
    assert said in outcome.err
    result = json.loads((folder.parent / "runs/face-folder/copy-target/seed0/result.json").read_text())
    facts = result["dataset_facts"]
    assert (facts["title"], facts["skipped"]) == ("Folder of faces", 1)
    assert facts["left_out"] == {"without a mask": 1}
    assert result["judges"]["attributes"]["title"] == f"none: {folder}/attributes.csv is not there"
    metrics = result["protocols"]["style-copy"]["metrics"]
    assert metrics["seg-accuracy"]["value"] is not None
    assert metrics["attr-accuracy"]["value"] is None
    page = (folder.parent / "runs/face-folder/leaderboard.md").read_text()
    assert "left out: 1 without a mask" in page


def test_a_run_without_masks_is_refused_with_what_needs_them(folder: Path) -> None:
    shutil.rmtree(folder / "masks")
    outcome = run(folder)
    assert outcome.code == 2
    assert f"{folder}/masks is not there" in outcome.sentence


def test_a_folder_is_verified_and_packed_under_its_label_set(folder: Path) -> None:
    for name, face in FACES.items():
        write_as_colors(folder / "masks", name, face.mask, "png")
    words = ("--dataset", "face-folder", "--data", folder)
    palette = settings("dataset.options.label_set=palette")
    assert bench("data", "verify", *words, *palette).out == "nothing wrong\n"
    lines = bench("data", "verify", *words).out.splitlines()
    assert lines[0].startswith("007\tcorrupt\t007.png a label map has one channel of labels; this is RGB")
    assert lines[-1] == "6 corrupt"
    packed = json.loads(bench("data", "pack", *words, *palette, "--size", SIDE, "--json").out)
    assert packed["used"] == {"train": 3, "val": 1, "test": 2}
    assert packed["left_out"] == packed["skipped"] == []
    assert "none of the 6 faces found is usable, the first because 007.png" in bench("data", "pack", *words).sentence


def test_what_is_no_option_of_the_dataset_is_refused(folder: Path) -> None:
    words = ("data", "verify", "--dataset", "face-folder", "--data", folder)
    refused = {
        "limit=3": "--set: only options of the dataset can be set here, such as dataset.options.label_set=lapa",
        "dataset.options.labels=lapa": "unknown option of face-folder 'labels'; did you mean 'label_set'?",
        "dataset.options.label_set=lapaa": "unknown label set 'lapaa'; did you mean 'lapa'?",
        "dataset.options.val_share=2": "val_share 2 and test_share 0.1 must be 0 or more and leave faces to train on",
    }
    for assignment, sentence in refused.items():
        outcome = bench(*words, *settings(assignment))
        assert outcome.code == 2
        assert sentence in outcome.sentence


def test_rendered_faces_have_nothing_to_verify(tmp_path: Path) -> None:
    outcome = bench("data", "verify", "--dataset", "rendered-faces", "--data", tmp_path)
    assert outcome.code == 2
    assert outcome.sentence == "rendered-faces has no files that `bench data verify` can examine"
