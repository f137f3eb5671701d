"""Several processes train and edit together as one does; the first one alone writes, and stops are everyone's."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.results.schema import read_result
from benchmark.runtime.processes import Processes
from benchmark.training.average_over_processes import require_shares
from registry.errors import InputError
from tests.benchmark.training.toy import Toy
from tests.commands import TINY, bench, half_written, settings, tree
from tests.places import ROOT
from tests.together import together

METHOD = ("--method", "stargan", *TINY, *settings("dataset.size=32", "edit_batch_size=2"))
NETWORKS = ("ngf=4", "ndf=4", "d_downsampling=3", "n_blocks=1", "iterations=10", "batch_size=4")
WORDS = (*METHOD, *settings("protocols.attribute-transfer.count=5", *(f"options.{each}" for each in NETWORKS)))


def losses_of(runs: Path) -> list[dict[str, float]]:
    progress = runs / "rendered-faces" / "stargan" / "seed0" / "progress.jsonl"
    return [json.loads(line)["losses"] for line in progress.read_text(encoding="utf-8").splitlines()]


def edits_of(runs: Path) -> dict[str, bytes]:
    edits = runs / "rendered-faces" / "stargan" / "seed0" / "edits"
    return {path.name: path.read_bytes() for path in edits.rglob("*.png")}


def test_two_processes_train_and_edit_as_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    first, second = together("edit", *WORDS, "--runs", tmp_path / "two")
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert second.out + second.err == ""
    alone = bench("edit", *WORDS, "--runs", tmp_path / "one")
    assert alone.code == 0, alone.err
    (of_two,), (of_one,) = losses_of(tmp_path / "two"), losses_of(tmp_path / "one")
    assert of_two == pytest.approx(of_one, abs=1e-4)
    edits = edits_of(tmp_path / "two")
    assert len(edits) == 5
    shutil.rmtree(tmp_path / "two" / "rendered-faces" / "stargan" / "seed0" / "edits")
    again = bench("edit", *WORDS, "--runs", tmp_path / "two")  # one process, and the weights of two
    assert again.code == 0, again.err
    assert edits_of(tmp_path / "two") == edits
    assert half_written(tree(tmp_path)) == []


def test_an_error_of_the_first_process_ends_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    first, second = together("train", *WORDS, *settings("options.batch_size=3"), "--runs", tmp_path)
    assert first.code == 2
    assert first.sentence == "batch_size 3 cannot be shared equally by 2 processes"
    assert (second.code, second.out + second.err) == (0, "")


def test_commands_in_which_no_process_helps_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "0")
    refused = bench("leaderboard")
    assert refused.code == 2
    assert "start bench leaderboard without torchrun" in refused.sentence


def test_several_processes_that_cannot_meet_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    monkeypatch.setenv("RANK", "0")
    refused = bench("train", *WORDS)
    assert refused.code == 2
    assert "start them by torchrun, or unset WORLD_SIZE" in refused.sentence


def test_a_model_that_takes_batches_for_its_own_trains_in_one_process() -> None:
    alone, two = Processes(), Processes(size=2)
    require_shares(Toy(), "painter", alone)
    with pytest.raises(InputError, match="painter trains in one process only"):
        require_shares(Toy(), "painter", two)


def test_two_processes_take_the_parts_of_a_batch_that_one_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    words = (*WORDS, *settings("accumulate=2"))
    first, second = together("train", *words, "--runs", tmp_path / "two")
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert bench("train", *words, "--runs", tmp_path / "one").code == 0
    assert bench("train", *WORDS, "--runs", tmp_path / "whole").code == 0
    (of_two,), (of_one,), (of_whole,) = (losses_of(tmp_path / each) for each in ("two", "one", "whole"))
    assert of_two == pytest.approx(of_one, rel=1e-4, abs=1e-4)
    assert of_two != pytest.approx(of_whole, rel=1e-2, abs=1e-2)
    otherwise = bench("train", *WORDS, "--runs", tmp_path / "one")
    assert otherwise.code == 2
    assert "accumulate" in otherwise.sentence


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_torchrun_comes_to_one_result_whose_figures_are_those_of_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.chdir(ROOT)
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    runs = tmp_path / "runs"
    subprocess.run([sys.executable, *launcher, "-m", "benchmark", "run", *WORDS, "--runs", str(runs)], check=True)
    folder = runs / "rendered-faces" / "stargan" / "seed0"
    of_two = read_result(folder / "result.json")
    assert of_two.cost.device.endswith("2 processes")
    shutil.rmtree(folder / "edits")
    (folder / "result.json").unlink()
    finished = bench("run", *WORDS, "--runs", runs)  # one process, and the weights of two
    assert finished.code == 0, finished.err
    assert read_result(folder / "result.json").protocols == of_two.protocols
