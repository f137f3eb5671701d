"""A sweep whose shared job fails: no job of its setting is left waiting, and each says why."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.sweep.job import Job
from benchmark.sweep.live_table import LiveTable
from benchmark.sweep.record import read_record
from benchmark.sweep.sweep import sweep
from benchmark.weights.locate import Weights


class FullMachine:
    """A place where nothing can be started."""

    def __init__(self, max_parallel_jobs: int | None) -> None:
        self.max_parallel_jobs = max_parallel_jobs or 1

    def start(self, jobs: Sequence[Job]) -> NoReturn:
        raise OSError("no process can be started")

    def find(self, job: Job, id: str) -> None:
        """Nothing is left of earlier sweeps."""


def test_all_that_needs_it_fails_with_the_reason(tmp_path: Path) -> None:
    experiment = resolve([ConfigSource({"method": "maskgan"}, COMMAND)])
    table = LiveTable(Console(file=io.StringIO()))
    weights = Weights(None, {})
    found = sweep(
        [experiment], tmp_path, tmp_path, max_parallel_jobs=1, weights=weights, table=table, launcher=FullMachine
    )
    assert read_record(tmp_path / "sweep.json") == found
    assert [(job.role, job.state) for job in found.jobs] == [
        (role, "failed") for role in ("shared", "experiment", "leaderboard")
    ]
    assert [job.error for job in found.jobs] == [
        "not started: no process can be started",
        *["the faces, judges or reference methods that it needs failed, see above"] * 2,
    ]
