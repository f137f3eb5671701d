"""What starts a sweep's jobs; a cluster's would start them elsewhere."""

from __future__ import annotations

from typing import Protocol

from benchmark.sweep.job import Job


class Running(Protocol):
    """A job that was started."""

    def exit_code(self) -> int | None:
        """0 if it is done, another number if it failed, None while it runs."""

    def stop(self) -> None:
        """Ask it to stop at its next safe point, keeping what it has; does not wait."""

    def kill(self) -> None:
        """End it at once and wait until it is gone."""


class Launcher(Protocol):
    """A place for jobs.

    Attributes:
        max_parallel_jobs: how many run at once.
    """

    max_parallel_jobs: int

    def start(self, job: Job) -> Running:
        """Start a job whose files' folder exists; what it says goes to its log.

        Raises:
            OSError: if it cannot be started.
        """
