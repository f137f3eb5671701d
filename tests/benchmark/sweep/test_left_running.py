"""Jobs that a killed sweep left to a cluster: the next one waits for them, unless something else is asked for."""

import io
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.runtime.interruption import StopRequest
from benchmark.sweep.job import Job, job_of
from benchmark.sweep.job_queue import Queue
from benchmark.sweep.live_table import LiveTable
from benchmark.sweep.record import new_record, read_record, write_record


class ClusterJob:
    """A job of a cluster, which ends well when it is looked at."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.stopped = False

    def exit_code(self) -> int:
        return 0

    def stop(self) -> None:
        self.stopped = True

    kill = stop


class Cluster:
    """A cluster that outlives the sweeps which submit to it."""

    max_parallel_jobs = 10

    def __init__(self, *left: str) -> None:
        self.left = {id: ClusterJob(id) for id in left}
        self.started: list[Job] = []

    def start(self, jobs: Sequence[Job]) -> list[ClusterJob]:
        self.started += jobs
        return [ClusterJob(f"new:{job.name}") for job in jobs]

    def find(self, job: Job, id: str) -> ClusterJob | None:
        return self.left.get(id)


def jobs_of(folder: Path, limit: int) -> list[Job]:
    experiments = [
        resolve([ConfigSource({"method": "copy-target", "seed": k, "limit": limit}, COMMAND)]) for k in (0, 1)
    ]
    return [job_of("experiment", each, folder / f"seed{each.method.seed}", folder, []) for each in experiments]


def leave(jobs: Sequence[Job], folder: Path, *ids: str) -> None:
    """What a sweep that was killed leaves behind when it had started jobs."""
    record = new_record(jobs, folder)
    for job, of_job, id in zip(jobs, record.jobs, ids, strict=True):
        job.config.write_text(job.experiment.to_yaml())
        of_job.state, of_job.id = "running", id
    write_record(folder / "sweep.json", record)


def run(jobs: Sequence[Job], folder: Path, cluster: Cluster) -> list[str]:
    queue = Queue(jobs, folder, folder / "sweep.json", LiveTable(Console(file=io.StringIO())))
    kept = [job.id for job in read_record(folder / "sweep.json").jobs]
    queue.run(jobs, cluster, StopRequest())
    assert [(job.state, job.id) for job in read_record(folder / "sweep.json").jobs] == [("finished", None)] * len(jobs)
    return [id or "" for id in kept]


def test_one_that_the_cluster_still_has_is_not_started_again(tmp_path: Path) -> None:
    jobs, cluster = jobs_of(tmp_path, 5), Cluster("old:0")
    leave(jobs, tmp_path, "old:0", "old:1")
    assert run(jobs, tmp_path, cluster) == ["old:0", "old:1"], "the next sweep may be killed before it looks"
    assert cluster.started == jobs[1:]
    assert not cluster.left["old:0"].stopped


def test_one_with_other_settings_is_stopped_and_started_anew(tmp_path: Path) -> None:
    cluster = Cluster("old:0", "old:1")
    leave(jobs_of(tmp_path, 5), tmp_path, "old:0", "old:1")
    jobs = jobs_of(tmp_path, 6)
    run(jobs, tmp_path, cluster)
    assert cluster.started == jobs
    assert all(job.stopped for job in cluster.left.values())


def test_a_damaged_record_leaves_nothing_to_find(tmp_path: Path) -> None:
    jobs, cluster = jobs_of(tmp_path, 5), Cluster("old:0")
    (tmp_path / "sweep.json").write_text('{"jobs": [')
    run(jobs, tmp_path, cluster)
    assert cluster.started == jobs
