"""Jobs by submitit: on this machine by its local executor, and by a Slurm whose `sbatch` runs the script."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmark.config.evaluation_spec import ComputeSpec
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.sweep import slurm_launcher
from benchmark.sweep.job import Job
from benchmark.sweep.job_request import job_request
from benchmark.sweep.launcher import Running
from benchmark.sweep.record import read_record
from benchmark.sweep.slurm_launcher import SlurmLauncher, slurm_executor, slurm_parameters
from registry.errors import InputError
from tests import fake_slurm
from tests.cache_folder import caching_in
from tests.commands import TINY, TINY_METHOD, Outcome, bench, bench_process, ended, settings
from tests.running_trainings import iterations, wait_until

submitit = pytest.importorskip("submitit", reason="submitit is not installed: the extra slurm")
pytestmark = pytest.mark.integration

REQUEST = job_request(ComputeSpec(), ["mem=2GB"])
LISTS, FAILS = ("list", "metrics"), ("show", "nothing-of-that-name")
EXPERIMENT = resolve([ConfigSource({"method": "copy-target"}, COMMAND)])


def jobs_of(folder: Path, *commands: Sequence[str]) -> list[Job]:
    jobs = [
        Job("experiment", "a job", EXPERIMENT, tuple(words), folder / f"{number}.yaml", folder / f"{number}.log")
        for number, words in enumerate(commands)
    ]
    for job in jobs:
        job.config.touch()
    return jobs


def codes(running: Sequence[Running]) -> list[int]:
    deadline = time.monotonic() + 120
    found: dict[int, int] = {}
    while len(found) < len(running):
        assert time.monotonic() < deadline
        for place, each in enumerate(running):
            if place not in found and (code := each.exit_code()) is not None:
                found[place] = code
        time.sleep(0.05)
    return [found[place] for place in range(len(running))]


def in_slurm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in fake_slurm.install(folder).items():
        monkeypatch.setenv(name, value)
    return folder


def test_jobs_of_the_local_executor_end_as_their_commands_do(tmp_path: Path) -> None:
    executor = submitit.LocalExecutor(tmp_path / "submitit")
    executor.update_parameters(timeout_min=5)
    with caching_in(tmp_path):
        running = SlurmLauncher(executor, 1).start(jobs_of(tmp_path, LISTS, FAILS))
        assert codes(running) == [0, 2]
    assert "psnr-oracle" in (tmp_path / "0.log").read_text()
    assert "unknown" in (tmp_path / "1.log").read_text()


def test_jobs_of_slurm_are_an_array_whose_ends_a_later_sweep_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slurm = in_slurm(tmp_path / "slurm", monkeypatch)
    launcher = SlurmLauncher(slurm_executor(tmp_path / "submitit", REQUEST, 2), REQUEST.cpus)
    jobs = jobs_of(tmp_path, LISTS, FAILS)
    with caching_in(tmp_path):
        running = launcher.start(jobs)
        assert [each.id for each in running] == ["slurm:101_0", "slurm:101_1"]
        found = [launcher.find(job, each.id or "") for job, each in zip(jobs, running, strict=True)]
        assert [each is not None and each.id for each in found] == [each.id for each in running]
        assert codes(running) == [0, 2]
    (script,) = (slurm / "submitted").read_text().splitlines()
    lines = Path(script).read_text().splitlines()
    for line in ("--array=0-1%2", "--requeue", "--signal=USR2@120", "--time=240", "--cpus-per-task=1", "--mem=2GB"):
        assert f"#SBATCH {line}" in lines
    assert launcher.find(jobs[0], "slurm:101_0") is None, "it has ended"
    assert launcher.find(jobs[0], "../../x") is None


def looked_at_without_pause(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, SlurmLauncher, Job]:
    slurm = in_slurm(folder / "slurm", monkeypatch)
    for name in ("LOOK_SECONDS", "GRACE_SECONDS"):
        monkeypatch.setattr(slurm_launcher, name, 0.0)
    launcher = SlurmLauncher(slurm_executor(folder / "submitit", REQUEST, None), REQUEST.cpus)
    (job,) = jobs_of(folder, LISTS)
    return slurm, launcher, job


def test_a_suspended_job_has_not_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slurm, launcher, job = looked_at_without_pause(tmp_path, monkeypatch)
    state = slurm / "900.state"
    state.write_text("SUSPENDED")
    found = launcher.find(job, "slurm:900")
    assert found is not None, "it would be submitted a second time"
    assert found.exit_code() is None
    assert found.exit_code() is None
    state.write_text("TIMEOUT")
    assert codes([found]) == [1]
    assert "job 900 ended: TIMEOUT" in job.log.read_text()


def test_jobs_that_are_cancelled_are_asked_for_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slurm, launcher, job = looked_at_without_pause(tmp_path, monkeypatch)
    states = [slurm / f"{number}.state" for number in range(910, 915)]
    for state in states:
        state.write_text("PENDING")
    found = [launcher.find(job, f"slurm:{state.stem}") for state in states]
    running = [each for each in found if each is not None]
    assert len(running) == len(states)
    assert {each.exit_code() for each in running} == {None}
    for each, state in zip(running, states, strict=True):
        each.stop()
        state.write_text("PREEMPTED" if state is states[0] else "CANCELLED")
    calls = running[0].submitted.watcher.num_calls
    assert codes(running) == [-signal.SIGTERM] * len(states)
    assert running[0].submitted.watcher.num_calls == calls + 1


def test_a_script_that_sbatch_refuses_starts_no_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slurm = in_slurm(tmp_path / "slurm", monkeypatch)
    (slurm / "bin" / "sbatch").write_text(
        "#!/bin/sh\necho 'sbatch: error: invalid partition specified: gpu' >&2\nexit 1\n"
    )
    launcher = SlurmLauncher(slurm_executor(tmp_path / "submitit", REQUEST, None), REQUEST.cpus)
    with caching_in(tmp_path), pytest.raises(OSError, match="invalid partition specified: gpu"):
        launcher.start(jobs_of(tmp_path, LISTS))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["partitoin=gpu"], "unknown option of Slurm's jobs 'partitoin'; did you mean 'partition'"),
        (["time=4h"], "--request time=4h: write the minutes"),
    ],
)
def test_a_wrong_request_is_a_sentence(words: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        slurm_parameters(job_request(ComputeSpec(), words), None)


SLOW = "tiny+iterations=100,step_seconds=0.2"
SWEEP = ("--plugin", TINY_METHOD, *TINY, *settings("dataset.size=32"), "--launcher", "slurm")


@pytest.mark.slow
def test_what_its_time_or_its_driver_leaves_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slurm = in_slurm(tmp_path / "slurm", monkeypatch)
    monkeypatch.setenv("FAKE_SLURM_SECONDS", "40")
    runs, cache = tmp_path / "runs", str(tmp_path / "cache")
    words = ("sweep", "--methods", f"{SLOW},tiny,tiny+width=-1", "--runs", runs, *SWEEP, "--request", "time=1")
    run = runs / "rendered-faces" / SLOW / "seed0"
    driver = bench_process(*words, BENCH_CACHE=cache)
    wait_until(lambda: 20 in iterations(run) or driver.poll() is not None)
    os.killpg(driver.pid, signal.SIGKILL)
    ended(driver)
    assert len((slurm / "submitted").read_text().splitlines()) == 2, "what is shared, and an array of three"
    left = next(job for job in read_record(runs / "sweep" / "sweep.json").jobs if job.label == SLOW)
    assert left.id == "slurm:102_0"
    again: Outcome = ended(bench_process(*words, BENCH_CACHE=cache), timeout=500)
    assert again.code == 1, again.err
    states = {
        job.label: job.state for job in read_record(runs / "sweep" / "sweep.json").jobs if job.role == "experiment"
    }
    assert states[SLOW] == "finished"
    assert states["tiny"] in ("finished", "already finished")
    assert states["tiny+width=-1"] == "failed"
    assert iterations(run) == list(range(10, 101, 10)), "no step was lost, and none was made twice"
    said = (runs / "sweep" / "slurm" / "102_0_0_log.err").read_text()
    assert "Requeued job 102_0" in said + (runs / "sweep" / "slurm" / "102_0_0_log.out").read_text()
    assert bench("status", runs).code == 0


@pytest.mark.slow
def test_a_preempted_job_saves_its_state_and_waits_for_slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slurm = in_slurm(tmp_path / "slurm", monkeypatch)
    runs, cache = tmp_path / "runs", str(tmp_path / "cache")
    run = runs / "rendered-faces" / SLOW / "seed0"
    driver = bench_process("sweep", "--methods", SLOW, "--runs", runs, *SWEEP, BENCH_CACHE=cache)
    wait_until(lambda: 20 in iterations(run) or driver.poll() is not None)
    preempted = int((slurm / "102.pid").read_text())
    os.kill(preempted, signal.SIGTERM)
    wait_until((run / "checkpoints" / "paint.unfinished.pth").exists)
    wait_until((runs / "sweep" / "slurm" / "102_exit.txt").exists)
    assert driver.poll() is None, "what Slurm will start again has not failed"
    (slurm / "102.requeue").touch()
    os.kill(preempted, signal.SIGKILL)
    assert ended(driver, timeout=500).code == 0
    assert iterations(run) == list(range(10, 101, 10))


@pytest.mark.slow
def test_ctrl_c_lets_jobs_of_slurm_save_what_they_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_slurm(tmp_path / "slurm", monkeypatch)
    runs, cache = tmp_path / "runs", str(tmp_path / "cache")
    words = ("sweep", "--methods", SLOW, "--runs", runs, *SWEEP)
    run = runs / "rendered-faces" / SLOW / "seed0"
    driver = bench_process(*words, BENCH_CACHE=cache)
    wait_until(lambda: 20 in iterations(run) or driver.poll() is not None)
    os.kill(driver.pid, signal.SIGINT)
    stopped = ended(driver)
    assert stopped.code == 1
    assert stopped.sentence.startswith("stopped while sweeping, ")
    assert (run / "checkpoints" / "paint.unfinished.pth").exists()
    assert ended(bench_process(*words, BENCH_CACHE=cache), timeout=500).code == 0
    assert iterations(run) == list(range(10, 101, 10))
