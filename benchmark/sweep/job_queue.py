"""Runs jobs, so many at once, and lets no failure of one keep the others from running."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.runs.progress_log import last_lines
from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.runtime.interruption import StopRequest
from benchmark.runtime.progress_line import clock
from benchmark.sweep.job import Job, State
from benchmark.sweep.job_log import failure, training_progress
from benchmark.sweep.launcher import Launcher, Running
from benchmark.sweep.live_table import LiveTable, Row
from benchmark.sweep.record import JobRecord, SweepRecord, new_record, write_record

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
        path: of the record.
        table: shows what happens.
    """

    def __init__(self, jobs: Sequence[Job], runs: Path, path: Path, table: LiveTable) -> None:
        self.runs = runs
        self.path = path
        self.table = table
        self.record: SweepRecord = new_record(jobs, runs)
        self._records = {record.log: record for record in self.record.jobs}
        write_record(path, self.record)

    def state(self, job: Job) -> State:
        """How a job stands."""
        return self._of(job).state

    def run(
        self,
        jobs: Sequence[Job],
        launcher: Launcher,
        stop: StopRequest,
        is_finished: Callable[[Job], bool] = lambda job: False,
    ) -> None:
        """Run every job that is not finished; once `stop` is requested, start none and wait for those that run.

        Whatever else ends this ends the jobs that run, at once.
        """
        waiting, started = deque(jobs), list[_Started]()
        told = False
        try:
            while started or (waiting and not stop.requested):
                while waiting and len(started) < launcher.max_parallel_jobs and not stop.requested:
                    started += self._begin(waiting.popleft(), launcher, is_finished)
                if stop.requested and not told:
                    told = True
                    self.table.say(f"stopping; {len(started)} running jobs save what they have")
                    for begun in started:
                        begun.running.stop()
                started = [begun for begun in started if not self._has_ended(begun, stop)]
                self._show(started, len(waiting))
                time.sleep(POLL_SECONDS if started else 0)
        finally:
            for begun in started:
                begun.running.kill()
                self._note(begun.job, "stopped", begun.seconds)

    def fail(self, job: Job, reason: str) -> None:
        """Note that a job cannot be run."""
        self._note(job, "failed", None, reason)

    def _begin(self, job: Job, launcher: Launcher, is_finished: Callable[[Job], bool]) -> list[_Started]:
        if is_finished(job):
            self._note(job, "already finished")
            return []
        write_text_atomically(job.config, job.experiment.to_yaml())
        try:
            started = _Started(job, launcher.start(job), time.monotonic())
        except OSError as error:
            self._note(job, "failed", None, f"not started: {error}")
            return []
        self._note(job, "running")
        return [started]

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
        return True

    def _note(self, job: Job, state: State, seconds: float | None = None, error: str | None = None) -> None:
        record = self._of(job)
        record.state, record.error = state, error
        record.seconds = None if seconds is None else round(seconds, 1)
        write_record(self.path, self.record)
        done = sum(other.state not in ("waiting", "running") for other in self.record.jobs)
        after = "" if seconds is None else f" after {clock(seconds)}"
        self.table.say(f"[{done}/{len(self.record.jobs)}] {job.name}: {state}{after}")
        if state == "failed":
            for line in last_lines(job.log, LOG_LINES) if seconds is not None else [error or ""]:
                self.table.say(f"    {line}")
            self.table.say(f"    log: {job.log}")

    def _of(self, job: Job) -> JobRecord:
        return self._records[str(job.log)]

    def _show(self, started: Sequence[_Started], waiting: int) -> None:
        rows = [
            Row(begun.job.name, begun.seconds, training_progress(begun.job.experiment.folder(self.runs)))
            for begun in started
        ]
        self.table.show(rows, f"{waiting} waiting, {len(self.record.failed)} failed")
