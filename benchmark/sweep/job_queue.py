"""Runs jobs, so many at once, and lets no failure of one keep the others from running."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.runs.progress_log import last_lines
from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.runtime.interruption import StopRequest
from benchmark.runtime.json_files import ResultError
from benchmark.runtime.progress_line import clock
from benchmark.sweep.job import Job, State
from benchmark.sweep.job_log import failure, training_progress
from benchmark.sweep.launcher import Launcher, Running
from benchmark.sweep.live_table import LiveTable, Row
from benchmark.sweep.record import JobRecord, SweepRecord, new_record, read_record, write_record

POLL_SECONDS = 0.1
LOG_LINES = 5
"""How much of a failed job's log is shown."""


@dataclass(frozen=True)
class _Started:
    job: Job
    running: Running
    at: float

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.at


class Queue:
    """Jobs and their record, which is on disk whatever happens.

    Args:
        jobs: all that `run` will be asked for.
        runs: folder of all runs.
        path: of the record; one of a sweep that was killed says which of its jobs a cluster may still run.
        table: shows what happens.
    """

    def __init__(self, jobs: Sequence[Job], runs: Path, path: Path, table: LiveTable) -> None:
        self.runs = runs
        self.path = path
        self.table = table
        self._left_running = _left_running(path)
        self.record: SweepRecord = new_record(jobs, runs)
        self._records = {record.log: record for record in self.record.jobs}
        for record in self.record.jobs:  # kept until they are looked for: this sweep may be killed before
            record.id = self._left_running.get(record.log)
        write_record(path, self.record)

    def state(self, job: Job) -> State:
        """How a job stands."""
        return self._of(job).state

    def waiting(self, jobs: Iterable[Job]) -> list[Job]:
        """Those of jobs that wait."""
        return [job for job in jobs if self.state(job) == "waiting"]

    def run(
        self,
        jobs: Sequence[Job],
        launcher: Launcher,
        stop: StopRequest,
        is_finished: Callable[[Job], bool] = lambda job: False,
        on_finished: Callable[[Job], None] = lambda job: None,
    ) -> None:
        """Run every job that is not finished; once `stop` is requested, start none and wait for those that run.

        Whatever else ends this ends the jobs that run, at once. `on_finished` is told of each that was run to its end.
        """
        waiting, started = deque(jobs), list[_Started]()
        told = False
        try:
            while started or (waiting and not stop.requested):
                if waiting and not stop.requested:
                    room = launcher.max_parallel_jobs - len(started)
                    started += self._fill(waiting, room, launcher, stop, is_finished)
                    write_record(self.path, self.record)  # once for all: a record of a thousand jobs takes its time
                if stop.requested and not told:
                    told = True
                    self.table.say(f"stopping; {len(started)} running jobs save what they have")
                    for begun in started:
                        begun.running.stop()
                ended = [begun for begun in started if self._has_ended(begun, stop)]
                started = [begun for begun in started if self.state(begun.job) == "running"]
                for begun in ended:
                    if self.state(begun.job) == "finished":
                        on_finished(begun.job)
                self._show(started, len(waiting))
                time.sleep(POLL_SECONDS if started else 0)
        finally:
            for begun in started:
                begun.running.kill()
                self._note(begun.job, "stopped", begun.seconds)
            write_record(self.path, self.record)

    def fail(self, jobs: Iterable[Job], reason: str) -> None:
        """Note that jobs cannot be run."""
        for job in jobs:
            self._note(job, "failed", None, reason)
        write_record(self.path, self.record)

    def _fill(
        self,
        waiting: deque[Job],
        room: int,
        launcher: Launcher,
        stop: StopRequest,
        is_finished: Callable[[Job], bool],
    ) -> list[_Started]:
        """Start as many waiting jobs as there is room for, all of them together, and note what became of each."""
        found: list[_Started] = []
        batch: list[Job] = []
        finished: list[Job] = []
        while waiting and len(found) + len(batch) < room and not stop.requested:
            job = waiting.popleft()
            if is_finished(job):
                self._set(job, "already finished")
                finished.append(job)
            elif (running := self._left(job, launcher)) is not None:
                found.append(_Started(job, running, time.monotonic()))
                self._note(job, "running", id=running.id)
            else:
                write_text_atomically(job.config, job.experiment.to_yaml())
                batch.append(job)
        if finished:
            self._say(finished[0].name if len(finished) == 1 else f"{len(finished)} jobs", "already finished")
        return found + (self._begin(batch, launcher) if batch else [])

    def _left(self, job: Job, launcher: Launcher) -> Running | None:
        """The job, where a sweep that was killed left it to a cluster with the same configuration."""
        id = self._left_running.pop(str(job.log), None)
        running = None if id is None else launcher.find(job, id)
        if running is None or _says(job.config, job.experiment.to_yaml()):
            return running
        running.stop()  # what is asked for now waits until it has left the run's folder
        return None

    def _begin(self, batch: Sequence[Job], launcher: Launcher) -> list[_Started]:
        try:
            running = launcher.start(batch)
        except OSError as error:
            for job in batch:
                self._note(job, "failed", None, f"not started: {error}")
            return []
        now = time.monotonic()
        for job, each in zip(batch, running, strict=True):
            self._note(job, "running", id=each.id)
        return [_Started(job, each, now) for job, each in zip(batch, running, strict=True)]

    def _has_ended(self, begun: _Started, stop: StopRequest) -> bool:
        code = begun.running.exit_code()
        if code is None:
            return False
        if code == 0:
            self._note(begun.job, "finished", begun.seconds)
        elif stop.requested:
            self._note(begun.job, "stopped", begun.seconds)
        else:
            self._note(begun.job, "failed", begun.seconds, failure(begun.job.log, code))
        write_record(self.path, self.record)
        return True

    def _note(
        self, job: Job, state: State, seconds: float | None = None, error: str | None = None, id: str | None = None
    ) -> None:
        """Note how a job stands, and say so; the record is written by whoever notes the last of several."""
        self._set(job, state, seconds, error, id)
        self._say(job.name, state if seconds is None else f"{state} after {clock(seconds)}")
        if state == "failed":
            for line in last_lines(job.log, LOG_LINES) if seconds is not None else [error or ""]:
                self.table.say(f"    {line}")
            self.table.say(f"    log: {job.log}")

    def _set(
        self, job: Job, state: State, seconds: float | None = None, error: str | None = None, id: str | None = None
    ) -> None:
        record = self._of(job)
        record.state, record.error, record.id = state, error, id
        record.seconds = None if seconds is None else round(seconds, 1)

    def _say(self, what: str, how: str) -> None:
        done = sum(other.state not in ("waiting", "running") for other in self.record.jobs)
        self.table.say(f"[{done}/{len(self.record.jobs)}] {what}: {how}")

    def _of(self, job: Job) -> JobRecord:
        return self._records[str(job.log)]

    def _show(self, started: Sequence[_Started], waiting: int) -> None:
        shown = started[: self.table.room]
        rows = [
            Row(begun.job.name, begun.seconds, training_progress(begun.job.experiment.folder(self.runs)))
            for begun in shown
        ]
        more = f"{len(started) - len(shown)} more running, " if len(shown) < len(started) else ""
        self.table.show(rows, f"{more}{waiting} waiting, {len(self.record.failed)} failed")


def _left_running(path: Path) -> dict[str, str]:
    """The ids by which a cluster finds jobs that a killed sweep had started there, by their logs."""
    try:
        jobs = read_record(path).jobs if path.is_file() else []
    except ResultError:  # of a damaged record nothing can be found
        return {}
    return {job.log: job.id for job in jobs if job.id is not None}


def _says(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False
