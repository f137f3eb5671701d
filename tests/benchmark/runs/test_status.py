"""The status of runs: at work in another process, killed, finished, from their folders alone."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from benchmark.runs.status import statuses
from registry.errors import InputError
from reports.run_page.loss_curves import read_loss_curves
from tests.commands import TINY, TINY_METHOD, bench, bench_process, ended, settings

pytestmark = pytest.mark.integration

WORDS = ("--plugin", TINY_METHOD, "--method", "tiny", *TINY, "--set", "dataset.size=32", "--protocol", "reconstruction")


def status_of(runs: Path) -> dict[str, Any]:
    outcome = bench("status", runs, "--json")
    assert outcome.code == 0, outcome.err
    (only,) = json.loads(outcome.out)
    assert isinstance(only, dict)
    return only


def test_a_run_is_at_work_then_killed_then_finished(tmp_path: Path) -> None:
    run = tmp_path / "rendered-faces" / "tiny" / "seed0"
    slow = settings("options.iterations=400", "options.step_seconds=0.02")
    process = bench_process("score", *WORDS, *slow, "--runs", tmp_path)
    while not (run / "progress.jsonl").is_file() or len((run / "progress.jsonl").read_text().splitlines()) < 3:
        assert process.poll() is None, process.communicate()
    at_work = status_of(tmp_path)
    assert (at_work["run"], at_work["state"]) == (str(run), "working")
    assert at_work["doing"].startswith("training paint: ")
    assert at_work["doing"].endswith(" of 400")
    assert 0 < at_work["seconds_left"] < 400
    assert 0 < at_work["images_per_second"] < 4 / 0.02
    os.killpg(process.pid, signal.SIGKILL)
    ended(process)
    assert status_of(tmp_path)["state"] == "stopped"
    printed = bench("status", tmp_path).out
    assert printed.startswith("0 finished, 0 working, 1 stopped")
    assert "training paint" in printed
    assert "images/s" in printed
    finished = bench("score", *WORDS, *settings("options.iterations=2"), "--fresh", "--runs", tmp_path)
    assert finished.code == 0, finished.err
    done = status_of(tmp_path)
    assert (done["state"], done["doing"], done["seconds_left"]) == ("finished", "", None)
    assert bench("status", tmp_path).out == "1 finished, 0 working, 0 stopped\n"


def test_lines_of_an_older_version_have_no_speed(tmp_path: Path) -> None:
    (tmp_path / "stamps.json").write_text("{}")
    line = {"stage": "paint", "of": 100, "losses": {"l1": 1.0}}
    older = [{**line, "iteration": 10 * number, "seconds": 5.0 * number} for number in (1, 2)]
    log = tmp_path / "progress.jsonl"
    log.write_text("".join(json.dumps(each) + "\n" for each in older))
    (status,) = statuses(tmp_path)
    assert (status.doing, status.seconds_left, status.images_per_second) == ("training paint: 20 of 100", 40.0, None)
    newer = {**line, "iteration": 30, "seconds": 15.0, "images_per_second": 16.0}
    log.write_text(log.read_text() + json.dumps(newer) + "\n")
    (status,) = statuses(tmp_path)
    assert (status.seconds_left, status.images_per_second) == (35.0, 16.0)
    curves = {curve.loss: (curve.iterations, curve.last) for curve in read_loss_curves(log)}
    assert curves == {"l1": (30, 1.0)}, "the run's page reads lines of both"


def test_a_folder_without_a_run_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no run: no folder under it has a result\.json or a log\.txt"):
        statuses(tmp_path)
    with pytest.raises(InputError, match="absent is no folder"):
        statuses(tmp_path / "absent")
    assert bench("status", tmp_path).code == 2


@pytest.mark.parametrize(
    "line", ["", '{"stage": "paint"', "[]", "7", '{"stage": 1, "iteration": 1e999, "of": 2, "seconds": 3}']
)
def test_a_log_that_is_being_written_is_none(tmp_path: Path, line: str) -> None:
    (tmp_path / "stamps.json").write_text("{}")
    (tmp_path / "log.txt").write_text("packing faces\n\n")
    (tmp_path / "progress.jsonl").write_text(line)
    (status,) = statuses(tmp_path)
    assert (status.state, status.doing, status.seconds_left) == ("stopped", "packing faces", None)
