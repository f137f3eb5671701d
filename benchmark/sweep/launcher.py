"""What starts a sweep's jobs: processes of this machine, tasks of a Ray cluster, jobs of a Slurm cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from benchmark.sweep.job import Job


class Running(Protocol):
    """A job that was started, or that waits in a cluster's queue."""

    @property
    def id(self) -> str | None:
        """What its launcher finds it again by when the sweep was killed; None of a job that cannot be found."""

    def exit_code(self) -> int | None:
        """0 if it is done, another number if it failed, None while it runs or waits."""

    def stop(self) -> None:
        """Ask it to stop at its next safe point, keeping what it has; does not wait."""

    def kill(self) -> None:
        """End it at once; a process of this machine is then gone."""


class Launcher(Protocol):
    """A place for jobs.

    Attributes:
        max_parallel_jobs: how many it takes at once; a cluster's queue takes more than run.
    """

    max_parallel_jobs: int

    def start(self, jobs: Sequence[Job]) -> Sequence[Running]:
        """Start jobs whose configurations are written; what each says goes to its log.

        Returns:
            One per job.

        Raises:
            OSError: if one of them cannot be started; none of them then runs.
        """

    def find(self, job: Job, id: str) -> Running | None:
        """The job that a sweep before this one started; None if it has ended, or is none of this launcher's."""


Launchers = Callable[[int | None], Launcher]
"""Makes a launcher that runs so many jobs at once; None: as many as there is room for."""
