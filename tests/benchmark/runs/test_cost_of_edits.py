"""Costs: measured by this run's edits on one machine, whatever lies beside them."""

import json
from pathlib import Path
from typing import Any

from benchmark.results.schema import Cost
from benchmark.runs.assemble_result import cost_of_edits
from benchmark.training.train import TrainingTime

HERE, ELSEWHERE = "this machine", "another machine"


def measured(run: Path, protocol: str, device: str, **figures: Any) -> None:
    path = run / "edits" / protocol / "cost.json"
    path.parent.mkdir(parents=True)
    content = {"parameters": 5, "flops": 7, "edit_ms": 1.0, "peak_memory_mib": 10.0, "device": device}
    path.write_text(json.dumps(content | figures))


def cost(run: Path, *protocols: str) -> Cost:
    return cost_of_edits(run, protocols, HERE, TrainingTime(3.0, 2.0))


def test_protocols_on_one_machine_are_averaged(tmp_path: Path) -> None:
    measured(tmp_path, "a", HERE)
    measured(tmp_path, "b", HERE, edit_ms=3.0, peak_memory_mib=20.0)
    found = cost(tmp_path, "a", "b")
    assert (found.edit_ms, found.peak_memory_mib, found.device) == (2.0, 20.0, HERE)


def test_training_is_that_of_the_run(tmp_path: Path) -> None:
    found = cost(tmp_path)
    assert (found.train_seconds, found.train_cpu_seconds) == (3.0, 2.0)
    untrained = cost_of_edits(tmp_path, (), HERE, None)
    assert (untrained.train_seconds, untrained.train_cpu_seconds) == (None, None)


def test_edits_of_other_hardware_are_not_averaged_in(tmp_path: Path) -> None:
    measured(tmp_path, "a", ELSEWHERE, edit_ms=9.0, peak_memory_mib=90.0)
    measured(tmp_path, "b", HERE)
    found = cost(tmp_path, "a", "b")
    assert (found.edit_ms, found.peak_memory_mib, found.device) == (1.0, 10.0, HERE)


def test_what_was_measured_elsewhere_alone_is_said_to_be_from_there(tmp_path: Path) -> None:
    measured(tmp_path, "a", ELSEWHERE, edit_ms=9.0)
    assert (cost(tmp_path, "a").edit_ms, cost(tmp_path, "a").device) == (9.0, ELSEWHERE)


def test_edits_that_are_none_of_this_run_do_not_count(tmp_path: Path) -> None:
    measured(tmp_path, "a", HERE)
    measured(tmp_path, "left-by-older-code", HERE, edit_ms=99.0)
    assert cost(tmp_path, "a").edit_ms == 1.0
    assert cost(tmp_path).edit_ms is None
