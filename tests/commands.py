"""Calls the command `bench`, in this process or in one of its own, and sizes that make a run last seconds."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from benchmark.cli import main
from tests.places import PLUGINS, ROOT
from tests.warm_processes import ONE_THREAD, WarmProcess

TINY_METHOD = PLUGINS / "tiny" / "method.py"

TINY_DATASET = ("dataset.options.train=24", "dataset.options.val=4", "dataset.options.test=12")
TINY_SCORING = (
    "judges.parser.feature_scale=16",
    "judges.parser.iterations=2",
    "judges.parser.batch_size=4",
    "judges.attributes.iterations=2",
    "judges.attributes.batch_size=4",
    "bootstrap_draws=100",
)
TINY_TASKS = (
    "protocols.attribute-transfer.count=4",
    "protocols.style-copy.count=5",
    "protocols.reconstruction.count=3",
)


def settings(*assignments: str) -> list[str]:
    """The words of `--set` for each assignment."""
    return [word for each in assignments for word in ("--set", each)]


TINY = settings(*TINY_DATASET, *TINY_SCORING, *TINY_TASKS, "compute.precision=fp32")


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one sentence of a command that failed, free of progress lines."""
        said = [line for line in self.err.splitlines() if line.startswith("bench: ")]
        assert len(said) == 1, self.err
        assert self.err.rstrip().endswith(said[0]), self.err
        assert "Traceback" not in self.err
        return said[0].removeprefix("bench: ")


def bench(*words: str | Path) -> Outcome:
    """Run a command in this process, on one thread as `bench_process` has it."""
    out, err = io.StringIO(), io.StringIO()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    code = 0
    try:
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            patch.setattr(sys, "argv", ["bench", *map(str, words)])
            main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
    finally:
        torch.set_num_threads(threads)
    return Outcome(code, out.getvalue(), err.getvalue())


def python(*words: str | Path, stdin: int | None = None, **environment: str) -> subprocess.Popen[str]:
    """Start Python in a process group of its own, so that a signal can reach it and its children as Ctrl-C does."""
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        env=_environment_with(environment),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_hear_ctrl_c,
    )


def _hear_ctrl_c() -> None:
    """A shell's background jobs, and all that they start, ignore Ctrl-C; a terminal's do not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _environment_with(changes: Mapping[str, str]) -> dict[str, str]:
    paths = os.pathsep.join(filter(None, (changes.get("PYTHONPATH", ""), str(ROOT))))
    return {**os.environ, **ONE_THREAD, **changes, "PYTHONPATH": paths}


def bench_process(*words: str | Path, **environment: str) -> WarmProcess:
    """Start a command in a process of its own."""
    return WarmProcess([str(word) for word in words], _environment_with(environment))


def ended(process: subprocess.Popen[str] | WarmProcess, timeout: float = 120) -> Outcome:
    """Wait for a process to end."""
    out, err = process.communicate(timeout=timeout)
    assert process.returncode is not None
    return Outcome(process.returncode, out, err)


def signalled(
    process: subprocess.Popen[str] | WarmProcess, number: signal.Signals, when: Callable[[], bool]
) -> Outcome:
    """Send a signal to a process and its children once `when` holds."""
    deadline = time.monotonic() + 120
    while not when() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    assert process.poll() is None, process.communicate()
    os.killpg(process.pid, number)
    return ended(process)


def half_written(names: Iterable[str]) -> list[str]:
    """Of names of files, those of temporary ones, which a writer renames when they are whole: hidden, and no locks."""
    return [name for name in names if Path(name).name.startswith(".") and not name.endswith(".lock")]


def tree(folder: Path) -> Mapping[str, int]:
    """Every file below a folder with the time it was last written."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns for path in sorted(folder.rglob("*")) if path.is_file()
    }
