"""Jobs as processes of this machine, which share its processors equally."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from typing import Final

from benchmark.runtime.worker_process import module_command
from benchmark.sweep.job import Job


class LocalProcess:
    """A job in a process group of its own: Ctrl-C at the terminal reaches the sweep alone, which asks its jobs to stop.

    A second signal, were it to reach a job directly, would end it at once.
    """

    id: Final = None
    """The same job, started anew, waits for one that outlived its sweep."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def exit_code(self) -> int | None:
        """The process's; None while it runs."""
        return self.process.poll()

    def stop(self) -> None:
        """Send SIGTERM, which a training answers by saving its state."""
        if self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """Kill the process and those that it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class LocalLauncher:
    """Starts jobs on this machine.

    Args:
        max_parallel_jobs: how many at once, one by default; the processors' threads are divided among them.
    """

    def __init__(self, max_parallel_jobs: int | None) -> None:
        self.max_parallel_jobs = max_parallel_jobs or 1
        self.threads = max(1, available_threads() // self.max_parallel_jobs)

    def start(self, jobs: Sequence[Job]) -> list[LocalProcess]:
        """Start jobs."""
        started: list[LocalProcess] = []
        try:
            for job in jobs:
                started.append(self._start(job))
        except OSError:
            for process in started:
                process.kill()
            raise
        return started

    def find(self, job: Job, id: str) -> None:
        """None: what a killed sweep left running holds its run's lock."""

    def _start(self, job: Job) -> LocalProcess:
        with job.log.open("wb") as log:
            return LocalProcess(
                subprocess.Popen(
                    module_command("benchmark.cli", *job.command),
                    env={**os.environ, "OMP_NUM_THREADS": str(self.threads)},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )


def available_threads() -> int:
    """Threads that this process may use: those that `OMP_NUM_THREADS` leaves it, else its processors."""
    limit = os.environ.get("OMP_NUM_THREADS", "")
    if limit.isdecimal() and int(limit) > 0:
        return int(limit)
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
