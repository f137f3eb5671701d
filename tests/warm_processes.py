"""Commands in processes of their own that begin with the libraries imported: forks of one server, which imports once.

What Python does between its start and a command's first line is tests/benchmark/cli/test_startup.py's to look at.
"""

import atexit
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from io import TextIOWrapper
from multiprocessing.connection import Connection
from threading import Thread

IMPORTED_ONCE = ["benchmark.cli", "reports.leaderboard.write", "reports.run_page.write", "tests.warm_start"]
ONE_THREAD = {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}
"""How processes that share processors with others compute."""

FORKS = multiprocessing.get_context("forkserver")
"""Starts processes in which torch is there already; the server that they are forks of has no threads of torch's."""
FORKS.set_forkserver_preload(IMPORTED_ONCE)


class WarmProcess:
    """A command `bench`, in a process group of its own, with what tests need of `subprocess.Popen`.

    Args:
        words: what follows `bench`.
        environment: all of the command's.
    """

    def __init__(self, words: list[str], environment: Mapping[str, str]) -> None:
        out, its_out = FORKS.Pipe(duplex=False)
        err, its_err = FORKS.Pipe(duplex=False)
        self.stdout, self.stderr = _text_of(out), _text_of(err)
        arguments = (words, dict(environment), os.getcwd(), its_out, its_err)  # noqa: PTH109
        self._process = FORKS.Process(target=_run, args=arguments)
        before = dict(os.environ)
        try:
            os.environ.update(ONE_THREAD)  # the server's, where this is the first process that it forks
            self._process.start()
        finally:
            os.environ.clear()
            os.environ.update(before)
        its_out.close()
        its_err.close()
        atexit.register(self.kill)  # a test that failed may have left it waiting, and this process would wait for it

    @property
    def pid(self) -> int:
        """The process's number, which is also its group's."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit code, the negative number of a signal that ended it, or None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end.

        Raises:
            subprocess.TimeoutExpired: if it did not come in time.
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("bench", timeout or 0)
        return self._process.exitcode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for the end; gives what was printed on stdout and on stderr."""
        errors: list[str] = []
        reader = Thread(target=lambda: errors.append(self.stderr.read()))
        reader.start()
        printed: list[str] = []
        printer = Thread(target=lambda: printed.append(self.stdout.read()))
        printer.start()
        for thread in (printer, reader):
            thread.join(timeout)
            if thread.is_alive():
                self.kill()
                raise subprocess.TimeoutExpired("bench", timeout or 0)
        self.wait(timeout)
        self.stdout.close()
        self.stderr.close()
        return "".join(printed), "".join(errors)

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the process alone, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _text_of(reading: Connection) -> TextIOWrapper:
    stream = os.fdopen(os.dup(reading.fileno()), "r", encoding="utf-8")
    reading.close()
    return stream


def _run(words: list[str], environment: dict[str, str], folder: str, out: Connection, err: Connection) -> None:
    gc.freeze()
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background jobs ignore
    for stream, number in ((out, 1), (err, 2)):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    sys.stderr.reconfigure(line_buffering=True)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["bench", *words]

    from benchmark.cli import main

    main()
