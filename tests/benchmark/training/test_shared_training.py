"""Two processes of `torchrun` train as one does: the same losses at every step, through a stop and in other numbers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmark.training.shared_trainings import MASKGAN_STAGES, OPTIONS, STEPS
from tests.places import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]

PROGRAM = str(Path(__file__).with_name("shared_trainings.py"))
TOLERANCE = 1e-4
OF_SEAN = 3e-4
"""Its rounding grows further: 7e-5 on one processor, 1.1e-4 on another."""
IN_FLOAT64 = 1e-6
"""What is written down of losses, to the last digit or two."""


def train(processes: int, *words: str | Path, code: int = 0) -> None:
    """Run the program in several processes of `torchrun`, or alone."""
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *(launcher if processes > 1 else ()), PROGRAM, *map(str, words)]
    ended = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
    assert (ended.returncode == 0) == (code == 0), ended.stderr


def steps_of(folder: Path) -> dict[tuple[str, int], dict[str, float]]:
    """The losses by stage and iteration."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in (folder / "progress.jsonl").read_text().splitlines()]
    return {(line["stage"], line["iteration"]): line["losses"] for line in lines}


def assert_same_losses(found: Path, expected: Path, stages: int, within: float = TOLERANCE) -> None:
    steps, others = steps_of(found), steps_of(expected)
    assert steps.keys() == others.keys()
    assert len(steps) == stages * STEPS
    for step, losses in steps.items():
        assert losses == pytest.approx(others[step], abs=within, rel=within), step


@pytest.mark.parametrize("method", ["sean", "spade", "stargan"])
def test_two_processes_have_the_losses_of_one(method: str, tmp_path: Path) -> None:
    train(1, method, tmp_path / "one", tmp_path / "faces")
    train(2, method, tmp_path / "two", tmp_path / "faces")
    assert_same_losses(tmp_path / "two", tmp_path / "one", 1, OF_SEAN if method == "sean" else TOLERANCE)


@pytest.mark.parametrize("method", OPTIONS)
def test_without_rounding_two_processes_have_the_losses_of_one_at_the_published_rates(
    method: str, tmp_path: Path
) -> None:
    in_float64 = ("0", "1", "0", "1")
    train(1, method, tmp_path / "one", tmp_path / "faces", *in_float64)
    train(2, method, tmp_path / "two", tmp_path / "faces", *in_float64)
    stages = len(MASKGAN_STAGES) if method == "maskgan" else 1
    assert_same_losses(tmp_path / "two", tmp_path / "one", stages, IN_FLOAT64)


def test_every_stage_of_maskgan_has_the_losses_of_one_process(tmp_path: Path) -> None:
    one, two, last = tmp_path / "one", tmp_path / "two", tmp_path / "last"
    train(1, "maskgan", one, tmp_path / "faces")
    train(2, "maskgan", two, tmp_path / "faces")
    # simulated edits are the likeliest labels of a MaskVAE, which its last digit decides here and there: the last stage
    # is compared from one MaskVAE
    (last / "checkpoints").mkdir(parents=True)
    for stage in MASKGAN_STAGES[:2]:
        shutil.copy(one / "checkpoints" / f"{stage}.pth", last / "checkpoints")
    train(2, "maskgan", last, tmp_path / "faces")
    found = {**steps_of(two), **steps_of(last)}
    expected = steps_of(one)
    assert len(found) == len(expected) == 3 * STEPS
    for step, losses in found.items():
        assert losses == pytest.approx(expected[step], abs=TOLERANCE, rel=TOLERANCE), step


@pytest.mark.parametrize("method", ["stargan", "sean"])
def test_two_processes_take_the_parts_that_one_takes(method: str, tmp_path: Path) -> None:
    train(1, method, tmp_path / "one", tmp_path / "faces", "0", "2")
    train(2, method, tmp_path / "two", tmp_path / "faces", "0", "2")
    assert_same_losses(tmp_path / "two", tmp_path / "one", 1, OF_SEAN if method == "sean" else TOLERANCE)
    train(1, method, tmp_path / "whole", tmp_path / "faces")
    assert steps_of(tmp_path / "whole") != steps_of(tmp_path / "one")


@pytest.mark.parametrize("meeting", ["0", "1"], ids=["in a step", "while they meet"])
def test_a_training_that_one_of_two_stopped_goes_on_in_one_process(tmp_path: Path, meeting: str) -> None:
    train(1, "spade", tmp_path / "one", tmp_path / "faces")
    folder = tmp_path / "two"
    train(2, "spade", folder, tmp_path / "faces", "8", "1", meeting, code=1)  # the second process hears a Ctrl-C
    assert (folder / "checkpoints" / "painting.unfinished.pth").exists()
    assert len(steps_of(folder)) == 8
    train(1, "spade", folder, tmp_path / "faces")
    assert_same_losses(folder, tmp_path / "one", stages=1)
