"""The commands of Slurm that submitit calls, on this machine: `sbatch` runs the script, once per element of an array.

Jobs run in sessions of their own, each watched over by a process that plays the node: it signals the job before its
limit is over, kills it when it is over, and runs it again where it was requeued. What is known of each job lies in
`$FAKE_SLURM`, as does `submitted`, one line per script; `$FAKE_SLURM_SECONDS` is the limit of every job.
"""

import os
import re
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

KILL_WAIT_SECONDS = 20
COMMANDS = ("sbatch", "srun", "sacct", "scancel", "scontrol")
FOLDER = Path(os.environ.get("FAKE_SLURM", "."))


def install(folder: Path) -> dict[str, str]:
    """Put the commands into a folder; gives the environment in which they are found."""
    commands = folder / "bin"
    commands.mkdir(parents=True)
    for name in COMMANDS:
        path = commands / name
        path.write_text(f'#!/bin/sh\nexec {sys.executable} -S {Path(__file__)} {name} "$@"\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    (folder / "submitted").touch()
    return {"PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "FAKE_SLURM": str(folder)}


def states(folder: Path) -> dict[str, str]:
    """The states of all jobs by their numbers."""
    return {path.stem: path.read_text() for path in sorted(folder.glob("*.state"))}


def sbatch(script: str) -> None:
    text = Path(script).read_text()
    with (FOLDER / "submitted").open("a") as submitted:
        submitted.write(f"{script}\n")
    number = str(100 + len((FOLDER / "submitted").read_text().splitlines()))
    array = re.search(r"--array=0-(\d+)", text)
    for job in [f"{number}_{index}" for index in range(int(array[1]) + 1)] if array else [number]:
        (FOLDER / f"{job}.state").write_text("PENDING")
        subprocess.Popen(
            [sys.executable, "-S", __file__, "node", script, job],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    print(f"Submitted batch job {number}")


def node(script: str, job: str) -> None:
    number, _, index = job.partition("_")
    of_array = {"SLURM_ARRAY_JOB_ID": number, "SLURM_ARRAY_TASK_ID": index} if index else {}
    environment = {**os.environ, "SLURM_JOB_ID": number, "FAKE_JOB": job, **of_array}
    before = float(re.search(r"--signal=USR2@(\d+)", Path(script).read_text())[1])
    limit = float(os.environ.get("FAKE_SLURM_SECONDS", "inf"))
    while True:
        (FOLDER / f"{job}.state").write_text("RUNNING")
        process = subprocess.Popen(["bash", script], env=environment, start_new_session=True)
        code = _ended(process, job, limit - min(before, limit / 2))
        if code is None and not (FOLDER / f"{job}.cancelled").exists():
            _signal(job, signal.SIGUSR2)
            code = _ended(process, job, min(before, limit / 2))
        if code is None:
            os.killpg(process.pid, signal.SIGKILL)
        if not (FOLDER / f"{job}.requeue").exists():
            break
        (FOLDER / f"{job}.requeue").unlink()
    cancelled = (FOLDER / f"{job}.cancelled").exists()
    state = "CANCELLED" if cancelled else "TIMEOUT" if code is None else "FAILED" if code else "COMPLETED"
    (FOLDER / f"{job}.state").write_text(state)


def _ended(process: subprocess.Popen[bytes], job: str, seconds: float) -> int | None:
    """Its exit code; None where it goes on for too long, or in spite of having been cancelled."""
    started, cancelled = time.monotonic(), FOLDER / f"{job}.cancelled"
    while (code := process.poll()) is None and time.monotonic() - started < seconds:
        if cancelled.exists() and time.time() - cancelled.stat().st_mtime > KILL_WAIT_SECONDS:
            break
        time.sleep(0.05)
    return code


def srun(*words: str) -> None:
    files = {option: words[words.index(option) + 1] for option in ("--output", "--error")}
    paths = {name: path.replace("%j", os.environ["FAKE_JOB"]) for name, path in files.items()}
    paths = {name: path.replace("%A_%a", os.environ["FAKE_JOB"]).replace("%t", "0") for name, path in paths.items()}
    os.environ["SLURM_PROCID"] = "0"
    for descriptor, path in ((1, paths["--output"]), (2, paths["--error"])):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), descriptor)
    command = words[words.index("--error") + 2 :]
    (FOLDER / f"{os.environ['FAKE_JOB']}.pid").write_text(str(os.getpid()))
    os.execvp(command[0], command)


def sacct(*words: str) -> None:
    asked = {word for option, word in pairwise(words) if option == "-j"}
    print("JobID|State|NodeList")
    for job, state in states(FOLDER).items():
        if job.partition("_")[0] in asked:
            print(f"{job}|{state}|here")


def scancel(job: str) -> None:
    (FOLDER / f"{job}.cancelled").touch()
    _signal(job, signal.SIGTERM)


def scontrol(action: str, job: str) -> None:
    assert action == "requeue"
    (FOLDER / f"{job}.requeue").touch()


def _signal(job: str, number: signal.Signals) -> None:
    with suppress(OSError, ValueError):  # it may have ended just now
        os.kill(int((FOLDER / f"{job}.pid").read_text()), number)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
