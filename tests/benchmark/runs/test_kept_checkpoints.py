"""Checkpoints that a run keeps: used as others are, in nobody's way, whole where a disk fills up, and gone on from."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmark.results.schema import Result, read_result
from benchmark.runs.status import statuses
from benchmark.runs.verify import verify_run
from benchmark.training.checkpoints import read_checkpoint
from tests.commands import TINY, TINY_METHOD, Outcome, bench, bench_process, ended, half_written, settings, tree
from tests.places import PLUGINS

pytestmark = pytest.mark.integration
METHOD = ("--plugin", TINY_METHOD, "--method", "tiny")
WORDS = (*METHOD, *TINY, *settings("dataset.size=32"), "--protocol", "reconstruction")
KEPT = settings("checkpoint_every=2", "keep_checkpoints=1")


def run_folder(runs: Path) -> Path:
    return runs / "rendered-faces" / "tiny" / "seed0"


def score(runs: Path, *words: str | Path) -> Outcome:
    return bench("score", *WORDS, "--runs", runs, *words)


def result_of(runs: Path) -> Result:
    return read_result(run_folder(runs) / "result.json")


@pytest.fixture(scope="module")
def kept(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of one method, which kept a checkpoint."""
    runs = tmp_path_factory.mktemp("kept")
    outcome = score(runs, *KEPT)
    assert outcome.code == 0, outcome.err
    assert "stage paint keeps a checkpoint every 2 iterations, the last 1 of them: at most 0.1 GB in" in outcome.err
    return runs


def test_a_finished_run_is_whole_with_them_and_without(kept: Path) -> None:
    checkpoints = run_folder(kept) / "checkpoints"
    assert sorted(path.name for path in checkpoints.iterdir()) == ["paint.4.kept.pth", "paint.pth"]
    found = verify_run(run_folder(kept))
    assert (found.problems, found.unrecorded) == ({}, ())
    again = score(kept)  # without the setting: it decides nothing
    assert again.code == 0, again.err
    assert "paint: 6 of 6" not in again.err, "nothing is trained again"
    content = (checkpoints / "paint.4.kept.pth").read_bytes()
    (checkpoints / "paint.4.kept.pth").unlink()
    assert verify_run(run_folder(kept)).problems == {}
    assert score(kept).code == 0
    (checkpoints / "paint.4.kept.pth").write_bytes(content)


def test_one_is_a_checkpoint_as_others_are(kept: Path, tmp_path: Path) -> None:
    file = run_folder(kept) / "checkpoints" / "paint.4.kept.pth"
    early = score(tmp_path / "early", "--checkpoint", file)
    assert early.code == 0, early.err
    one, other = result_of(tmp_path / "early"), result_of(kept)
    assert one.weights_origin == "checkpoint"
    assert one.protocols["reconstruction"].metrics != other.protocols["reconstruction"].metrics
    unfinished = tmp_path / "paint.unfinished.pth"
    content = read_checkpoint(file)
    del content["meta"]["kept"]
    torch.save(content, unfinished)
    refused = score(tmp_path / "refused", "--checkpoint", unfinished)
    assert refused.code == 2
    assert "its stage is not finished" in refused.sentence


def test_a_stage_goes_on_from_one_in_another_folder_and_the_result_says_so(kept: Path, tmp_path: Path) -> None:
    file = run_folder(kept) / "checkpoints" / "paint.4.kept.pth"
    outcome = score(tmp_path, *settings(f"start.paint={file}"))
    assert outcome.code == 0, outcome.err
    assert "tiny: paint goes on from iteration 4 of its file in start" in outcome.err
    whole, taken_up = (read_checkpoint(run_folder(runs) / "checkpoints" / "paint.pth") for runs in (kept, tmp_path))
    assert all(torch.equal(whole["state_dict"][name], value) for name, value in taken_up["state_dict"].items())
    assert (
        result_of(tmp_path)
        .notes["start.paint"]
        .endswith(", that stage went on from its iteration 4, under options of its own")
    )
    short = score(tmp_path / "short", *settings(f"start.paint={file}", "options.iterations=4"))
    assert short.code == 2
    assert "has 4 iterations, and the stage is trained for 4" in short.sentence
    wide = score(tmp_path / "wide", *settings(f"start.paint={file}", "options.width=5"))
    assert wide.code == 2
    assert f"start.paint={file}: " in wide.sentence


def test_a_disk_that_fills_up_leaves_the_checkpoint_of_before(kept: Path, tmp_path: Path) -> None:
    words = ("train", *WORDS, *settings("options.width=64"), "--runs", tmp_path)
    full = ended(bench_process(*words, "--plugin", PLUGINS / "full_at_checkpoints.py"))
    path = run_folder(tmp_path) / "checkpoints" / "paint.unfinished.pth"
    assert full.code == 1
    assert full.sentence.startswith(f"{path}: the file is larger than this disk or `ulimit -f` allows (it takes 0.")
    assert "make room or choose another disk, and run the same command again, which goes on" in full.sentence
    assert read_checkpoint(path)["meta"]["iter"] == 3
    assert half_written(tree(tmp_path)) == []
    (status,) = statuses(tmp_path)
    assert status.state == "stopped"
    outcome = bench(*words)
    assert outcome.code == 0, outcome.err
    undisturbed = bench(*words[:-1], tmp_path / "undisturbed")
    assert undisturbed.code == 0, undisturbed.err
    ended_in: list[dict[str, Any]] = [
        read_checkpoint(run_folder(runs) / "checkpoints" / "paint.pth") for runs in (tmp_path, tmp_path / "undisturbed")
    ]
    assert all(torch.equal(ended_in[1]["state_dict"][key], value) for key, value in ended_in[0]["state_dict"].items())


def test_progress_has_speed_and_memory(kept: Path) -> None:
    (line,) = map(json.loads, (run_folder(kept) / "progress.jsonl").read_text().splitlines())
    assert line.keys() >= {"images_per_second", "data_wait", "seconds_left", "memory_mib"}
