"""What makes a finished run be scored again: weights files that come, change or go."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.runs.up_to_date import finished_stamp
from benchmark.weights.locate import Weights, published


@pytest.mark.integration
def test_a_weights_file_that_comes_or_changes_scores_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("TORCH_HOME", "BENCH_CACHE"):
        monkeypatch.setenv(place, str(tmp_path / "empty"))
    monkeypatch.delenv("BENCH_WEIGHTS", raising=False)
    experiment = resolve([ConfigSource({"method": "copy-target"}, COMMAND)])
    folder = tmp_path / "weights"
    folder.mkdir()

    def stamp() -> dict[str, Any]:
        return finished_stamp(experiment, Weights(folder))

    without = stamp()
    assert without == finished_stamp(experiment, Weights())
    file = folder / published("inception-fid").file
    file.write_bytes(b"first")
    first = stamp()
    assert first == stamp() != without
    file.write_bytes(b"other")
    os.utime(file, ns=(0, 0))
    assert stamp() not in (first, without)
    changed = {protocol: dict(stamps) for protocol, stamps in stamp()["metrics"].items()}
    before = {protocol: dict(stamps) for protocol, stamps in without["metrics"].items()}
    assert changed["reconstruction"]["fid"] != before["reconstruction"]["fid"]
    assert changed["reconstruction"]["seg-miou"] == before["reconstruction"]["seg-miou"], "it rests on no such file"
    file.unlink()
    assert stamp() == without


def test_the_order_in_which_protocols_are_named_does_not_matter() -> None:
    protocols = {"style-copy": {}, "attribute-transfer": {}}
    one, other = (
        resolve([ConfigSource({"method": "copy-target", "protocols": dict(each)}, COMMAND)])
        for each in (protocols.items(), reversed(protocols.items()))
    )
    assert list(one.evaluation.protocols) != list(other.evaluation.protocols)
    assert finished_stamp(one, Weights()) == finished_stamp(other, Weights())


def test_added_metrics_and_their_order_count() -> None:
    one, other, none = (
        resolve([ConfigSource({"method": "copy-target", "metrics": metrics}, COMMAND)])
        for metrics in (["fid-clean", "diversity"], ["diversity", "fid-clean"], [])
    )
    assert len({json.dumps(finished_stamp(experiment, Weights())) for experiment in (one, other, none)}) == 3
