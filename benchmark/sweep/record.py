"""The file of a sweep, `sweep.json`: how each job stands, written anew at every change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from benchmark.runtime.json_files import read_strictly, write_strictly
from benchmark.sweep.job import Job, Role, State

SCHEMA_VERSION: Literal[1] = 1
RECORD = "sweep.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class JobRecord(_Strict):
    """How a job stands.

    Attributes:
        folder: of its run.
        state: "running" also while it waits in a cluster's queue.
        seconds: wall clock in this sweep, what it waited in a cluster's queue included; None if it was not started.
        id: what a cluster finds it again by, while it is there.
        error: the last that a failed job said.
        log: everything that it said.
    """

    role: Role
    name: str
    label: str
    dataset: str
    seed: int
    folder: str
    state: State = "waiting"
    seconds: float | None = None
    id: str | None = None
    error: str | None = None
    log: str


class SweepRecord(_Strict):
    """How a sweep stands."""

    schema_version: Literal[1] = SCHEMA_VERSION
    jobs: list[JobRecord]

    @property
    def counts(self) -> Counter[State]:
        """Jobs by state."""
        return Counter(job.state for job in self.jobs)

    @property
    def failed(self) -> list[JobRecord]:
        """Jobs that failed."""
        return [job for job in self.jobs if job.state == "failed"]


def new_record(jobs: Sequence[Job], runs: Path) -> SweepRecord:
    """The record of jobs that all wait."""
    return SweepRecord(
        jobs=[
            JobRecord(
                role=job.role,
                name=job.name,
                label=job.experiment.label,
                dataset=job.experiment.evaluation.dataset.name,
                seed=job.experiment.method.seed,
                folder=str(job.experiment.folder(runs)),
                log=str(job.log),
            )
            for job in jobs
        ]
    )


def write_record(path: Path, record: SweepRecord) -> None:
    """Write a record atomically."""
    write_strictly(path, record)


def read_record(path: Path) -> SweepRecord:
    """Read a record.

    Raises:
        ResultError: if it is missing, not JSON, of another schema, or a key is wrong.
    """
    return read_strictly(path, SweepRecord)
