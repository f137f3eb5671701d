"""A sweep: what its experiments share is made once, then each runs as a job, then the leaderboard is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import chain
from pathlib import Path

from filelock import FileLock, Timeout

from benchmark.config.experiment import Experiment
from benchmark.runs.leaderboard_pages import pages_are_up_to_date
from benchmark.runs.reference_runs import reference_runs
from benchmark.runs.up_to_date import FinishedRuns
from benchmark.runtime.interruption import deferred_interruption
from benchmark.sweep.job import Job, Role, job_of
from benchmark.sweep.job_queue import Queue
from benchmark.sweep.launcher import Launchers
from benchmark.sweep.live_table import LiveTable
from benchmark.sweep.local_launcher import LocalLauncher
from benchmark.sweep.record import RECORD, SweepRecord
from benchmark.sweep.shared_setup import evaluation_key, shared_experiments
from benchmark.sweep.storage import Storage
from benchmark.weights.locate import Weights
from registry.errors import InputError

LOCK = "sweep.lock"


def sweep(
    experiments: Sequence[Experiment],
    runs: Path,
    folder: Path,
    *,
    max_parallel_jobs: int | None,
    words: Sequence[str] = (),
    weights: Weights,
    table: LiveTable,
    launcher: Launchers = LocalLauncher,
    storage: Storage | None = None,
) -> SweepRecord:
    """Run experiments, those that are not finished, and record how each ended in `folder/sweep.json`.

    Args:
        experiments: fully resolved, in the order of their start.
        runs: folder of all runs.
        folder: takes the record and the jobs' logs.
        max_parallel_jobs: how many jobs run at once; None: as many as the launcher has room for.
        words: options of the jobs' commands that no experiment holds, such as plug-ins.
        weights: finds the weights files of metrics, as the jobs do.
        table: shows what happens.
        launcher: makes what starts experiments, and what they share, so many at once; the pages are written on this
            machine.
        storage: where finished runs of the sweep come from at first, and go to as they finish.

    Raises:
        InputError: if another sweep works in the same folder of runs, or a run of the storage cannot be fetched.
        Interrupted: if a stop was requested; jobs that were training have saved their state.
    """
    references = shared_experiments(experiments)
    shared = [_job("shared", experiment, runs, folder, words) for experiment in references]
    own = [_job("experiment", experiment, runs, folder, words) for experiment in _distinct(experiments)]
    pages = [_job("leaderboard", experiment, runs, folder, words) for experiment in references]

    finished = FinishedRuns(runs, weights)

    def is_finished(job: Job) -> bool:
        return finished.has(job.experiment)

    def shared_runs(job: Job) -> list[Experiment]:
        return [job.experiment, *reference_runs(job.experiment.evaluation, job.experiment.method.name, runs)]

    def shared_is_finished(job: Job) -> bool:
        return all(map(finished.has, shared_runs(job)))

    def runs_of_sweep() -> tuple[list[str], Callable[[str], bool]]:
        """The names of all runs that a storage keeps, and whether one is finished."""
        found = {_name(run): run for run in (*chain.from_iterable(map(shared_runs, shared)), *experiments)}
        return list(found), lambda name: finished.has(found[name])

    def pages_are_written(job: Job) -> bool:
        return pages_are_up_to_date(runs / job.experiment.evaluation.dataset.name, [job.experiment.folder(runs)])

    with _alone_in(runs), deferred_interruption() as stop, table.shown():
        if storage is not None:
            storage.fetch(*runs_of_sweep(), stop, table.say)
        queue = Queue([*shared, *own, *pages], runs, folder / RECORD, table)
        # one after the other, each with every thread there is
        queue.run(shared, launcher(1), stop, shared_is_finished)
        failed = {evaluation_key(job.experiment) for job in shared if queue.state(job) == "failed"}
        without = [job for job in (*own, *pages) if evaluation_key(job.experiment) in failed]
        queue.fail(without, "the faces, judges or reference methods that it needs failed, see above")
        with nullcontext(_keep_nothing) if storage is None else storage.keeping(stop, table.say) as keep:
            waiting, on_finished = queue.waiting(own), lambda job: keep(_name(job.experiment))
            queue.run(waiting, launcher(max_parallel_jobs), stop, is_finished, on_finished)
        queue.run(queue.waiting(pages), LocalLauncher(1), stop, pages_are_written)
        if storage is not None:
            storage.keep_all(*runs_of_sweep(), stop, table.say)
        counts = queue.record.counts
        stop.check(f"sweeping, {counts['waiting'] + counts['stopped']} of {len(queue.record.jobs)} jobs left")
    return queue.record


def _keep_nothing(name: str) -> None:
    """Where there is no storage, a finished run stays where it is."""


def _name(experiment: Experiment) -> str:
    """Of its run, in the folder of all runs."""
    return experiment.folder(Path()).as_posix()


def _job(role: Role, experiment: Experiment, runs: Path, folder: Path, words: Sequence[str]) -> Job:
    place = experiment.folder(folder / "jobs")
    if role != "experiment":
        # evaluations may differ in nothing that a folder's name shows
        place = folder / "jobs" / experiment.evaluation.dataset.name / f"{role}-{evaluation_key(experiment)[:8]}"
    return job_of(role, experiment, place, runs, words)


def _distinct(experiments: Sequence[Experiment]) -> list[Experiment]:
    return list({experiment.folder(Path()): experiment for experiment in experiments}.values())


@contextmanager
def _alone_in(runs: Path) -> Iterator[None]:
    """Keep others from starting the same jobs."""
    try:
        with FileLock(runs / LOCK, timeout=0):
            yield
    except Timeout:
        raise InputError(f"another sweep or ablation works in {runs}; wait for it, or choose another --runs") from None
