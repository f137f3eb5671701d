"""Jobs as tasks of a Ray cluster of two nodes, of which one is lost midway, and the sweep is killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.evaluation_spec import ComputeSpec
from benchmark.sweep.job_request import job_request
from benchmark.sweep.ray_launcher import task_options
from benchmark.sweep.record import read_record
from registry.errors import InputError
from tests.commands import TINY, TINY_METHOD, bench, bench_process, ended, settings
from tests.running_trainings import iterations, wait_until

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("device", "words", "in_a_gpu_cluster", "asked"),
    [
        ("auto", [], False, {"num_cpus": 1, "num_gpus": 0, "resources": {}}),
        ("auto", [], True, {"num_cpus": 1, "num_gpus": 1, "resources": {}}),
        ("cpu", ["cpus=4"], True, {"num_cpus": 4, "num_gpus": 0, "resources": {}}),
        ("cuda", ["gpus=2", "a100=0.5"], True, {"num_cpus": 3, "num_gpus": 2, "resources": {"a100": 0.5}}),
        ("cuda", ["memory_gb=2"], True, {"num_cpus": 3, "num_gpus": 1, "memory": 2 * 2**30}),
    ],
)
def test_a_task_asks_for_what_its_device_needs(
    device: str, words: list[str], in_a_gpu_cluster: bool, asked: dict[str, Any]
) -> None:
    options = task_options(job_request(ComputeSpec(device=device), words), in_a_gpu_cluster)
    assert {name: options[name] for name in asked} == asked


def test_the_processes_that_load_faces_have_processors_too() -> None:
    assert job_request(ComputeSpec(num_workers=3), []).cpus == 4


@pytest.mark.parametrize(
    ("device", "words", "said"),
    [
        ("cuda:1", [], "a cluster gives each job GPUs of its own, numbered from 0; write cuda"),
        ("cpu", ["cpus=0"], "--request cpus=0: write a whole number from 1"),
        ("cpu", ["gpus=x"], "--request gpus=x: write a whole number from 0"),
        ("cpu", ["partition"], "--request 'partition': write KEY=VALUE"),
        ("cpu", ["comment=a\ntouch b"], "write it on one line"),
        ("cpu", ["partition=gpu"], "--request partition=gpu: Ray's resources are numbers"),
    ],
)
def test_a_wrong_request_is_a_sentence(device: str, words: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        task_options(job_request(ComputeSpec(device=device), words), False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--launcher", "rya"], "unknown launcher 'rya'; did you mean 'ray'"),
        (["--address", "auto"], "--address goes with --launcher ray"),
        (["--request", "cpus=2"], "--request goes with --launcher ray or slurm"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words: list[str], said: str, tmp_path: Path) -> None:
    outcome = bench("sweep", "--methods", "copy-target", "--runs", tmp_path, *words)
    assert outcome.code == 2
    assert outcome.sentence.startswith(said)


@pytest.mark.parametrize(("launcher", "library"), [("ray", "ray"), ("slurm", "submitit")])
def test_a_library_that_is_not_installed_is_named_with_its_extra(
    launcher: str, library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, library, None)
    outcome = bench("sweep", "--methods", "copy-target", "--runs", tmp_path, "--launcher", launcher)
    assert outcome.code == 2
    assert outcome.sentence.endswith(f"is not installed: pip install 'face-editing-benchmark[{launcher}]'")


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.0.0.1:99999"])
def test_an_address_without_a_cluster_is_a_sentence(address: str, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="ray is not installed: the extra ray")
    outcome = bench("sweep", "--methods", "copy-target", "--runs", tmp_path, "--launcher", "ray", "--address", address)
    assert outcome.code == 2
    assert outcome.sentence.startswith(f"--launcher ray: no Ray cluster at {address}: ")


SLOW = "tiny+iterations=100,step_seconds=0.2"
WORDS = ("--plugin", TINY_METHOD, *TINY, *settings("dataset.size=32"), "--launcher", "ray")


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head without processors, to which nodes with one each are added."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_worker_niceness", "0")  # other tests on the machine would starve what is nice to them
    pytest.importorskip("ray", reason="ray is not installed: the extra ray")
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "object_store_memory": 80 * 2**20}
    started = Cluster(initialize_head=True, head_node_args=head)
    yield started
    started.shutdown()


def add_node(cluster: Any) -> Any:
    """Add a node as a script in the background would, whose processes all ignore Ctrl-C."""
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return cluster.add_node(num_cpus=1, object_store_memory=80 * 2**20)
    finally:
        signal.signal(signal.SIGINT, heard)


@pytest.mark.slow
def test_what_a_node_or_the_sweep_takes_with_it_is_done_by_others(cluster: Any, tmp_path: Path) -> None:
    nodes = [add_node(cluster), add_node(cluster)]
    runs = tmp_path / "runs"
    words = ("sweep", "--methods", SLOW, "--seeds", "2", "--runs", runs, *WORDS, "--address", cluster.address)
    seeds = [runs / "rendered-faces" / SLOW / f"seed{seed}" for seed in range(2)]
    environment = {"BENCH_CACHE": str(tmp_path / "cache")}

    driver = bench_process(*words, **environment)
    wait_until(lambda: all(20 in iterations(run) for run in seeds) or driver.poll() is not None)
    assert driver.poll() is None, driver.communicate()
    cluster.remove_node(nodes[0], allow_graceful=False)
    left = ended(driver, timeout=400)
    assert left.code == 0, left.err
    record = read_record(runs / "sweep" / "sweep.json")
    assert [job.state for job in record.jobs] == ["finished"] * 4
    assert all(iterations(run)[-1] == 100 for run in seeds)
    results = {run: (run / "result.json").stat().st_mtime_ns for run in seeds}

    # the next seeds' driver is killed while they are trained
    words = tuple("4" if word == "2" else word for word in words)
    third, fourth = (runs / "rendered-faces" / SLOW / f"seed{seed}" for seed in (2, 3))
    add_node(cluster)
    driver = bench_process(*words, **environment)
    wait_until(lambda: (20 in iterations(third) and 20 in iterations(fourth)) or driver.poll() is not None)
    os.killpg(driver.pid, signal.SIGKILL)
    ended(driver)
    again = ended(bench_process(*words, **environment), timeout=400)
    assert again.code == 0, again.err
    states = [job.state for job in read_record(runs / "sweep" / "sweep.json").jobs]
    assert states == ["already finished"] * 3 + ["finished"] * 3
    assert {run: (run / "result.json").stat().st_mtime_ns for run in seeds} == results, "none was repeated"


@pytest.mark.slow
def test_ctrl_c_lets_tasks_save_what_they_have(cluster: Any, tmp_path: Path) -> None:
    add_node(cluster)
    runs = tmp_path / "runs"
    words = ("sweep", "--methods", SLOW, "--seeds", "2", "--runs", runs, *WORDS, "--address", cluster.address)
    run = runs / "rendered-faces" / SLOW / "seed0"
    driver = bench_process(*words, BENCH_CACHE=str(tmp_path / "cache"))
    wait_until(lambda: 20 in iterations(run) or driver.poll() is not None)
    os.kill(driver.pid, signal.SIGINT)
    stopped = ended(driver)
    assert stopped.code == 1, stopped.err
    assert stopped.sentence.startswith("stopped while sweeping, ")
    assert (run / "checkpoints" / "paint.unfinished.pth").exists()
    assert not (runs / "rendered-faces" / SLOW / "seed1" / "progress.jsonl").exists(), "there was no room for it"
