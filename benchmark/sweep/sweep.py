"""A sweep: what its experiments share is made once, then each runs as a job, then the leaderboard is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from benchmark.config.experiment import Experiment
from benchmark.runs.reference_runs import reference_runs
from benchmark.runs.up_to_date import finished_result
from benchmark.runtime.interruption import deferred_interruption
from benchmark.sweep.job import Job, Role, job_of
from benchmark.sweep.job_queue import Queue
from benchmark.sweep.launcher import Launcher
from benchmark.sweep.live_table import LiveTable
from benchmark.sweep.local_launcher import LocalLauncher
from benchmark.sweep.record import RECORD, SweepRecord
from benchmark.sweep.shared_setup import evaluation_key, shared_experiments
from benchmark.weights.locate import Weights
from registry.errors import InputError

LOCK = "sweep.lock"


def sweep(
    experiments: Sequence[Experiment],
    runs: Path,
    folder: Path,
    *,
    max_parallel_jobs: int,
    words: Sequence[str] = (),
    weights: Weights,
    table: LiveTable,
    launcher: Callable[[int], Launcher] = LocalLauncher,
) -> SweepRecord:
    """Run experiments, those that are not finished, and record how each ended in `folder/sweep.json`.

    Args:
        experiments: fully resolved, in the order of their start.
        runs: folder of all runs.
        folder: takes the record and the jobs' logs.
        max_parallel_jobs: how many jobs run at once.
        words: options of the jobs' commands that no experiment holds, such as plug-ins.
        weights: finds the weights files of metrics, as the jobs do.
        table: shows what happens.
        launcher: makes what starts jobs, so many at once.

    Raises:
        InputError: if another sweep works in the same folder of runs.
        Interrupted: if a stop was requested; jobs that were training have saved their state.
    """
    references = shared_experiments(experiments)
    shared = [_job("shared", experiment, runs, folder, words) for experiment in references]
    own = [_job("experiment", experiment, runs, folder, words) for experiment in _distinct(experiments)]
    pages = [_job("leaderboard", experiment, runs, folder, words) for experiment in references]

    def is_finished(job: Job) -> bool:
        return finished_result(job.experiment, runs, weights) is not None

    def is_shared_already(job: Job) -> bool:
        beside = reference_runs(job.experiment.evaluation, job.experiment.method.name, runs)
        return is_finished(job) and all(finished_result(each, runs, weights) is not None for each in beside)

    with _alone_in(runs), deferred_interruption() as stop, table.shown():
        queue = Queue([*shared, *own, *pages], runs, folder / RECORD, table)
        # one after the other, each with every thread there is
        queue.run(shared, launcher(1), stop, is_shared_already)
        failed = {evaluation_key(job.experiment) for job in shared if queue.state(job) == "failed"}
        for job in [*own, *pages]:
            if evaluation_key(job.experiment) in failed:
                queue.fail(job, "the faces, judges or reference methods that it needs failed, see above")
        queue.run([job for job in own if queue.state(job) == "waiting"], launcher(max_parallel_jobs), stop, is_finished)
        queue.run([job for job in pages if queue.state(job) == "waiting"], launcher(1), stop)
        counts = queue.record.counts
        stop.check(f"sweeping, {counts['waiting'] + counts['stopped']} of {len(queue.record.jobs)} jobs left")
    return queue.record


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
