"""A program that takes lines on its standard input and answers each by a line on its standard output."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from registry.errors import LOGGER

LONGEST_LINE: Final = 2**20
"""Bytes after which a line ends here, whatever the program writes."""
_WAITING: Final = 1000
"""Lines that may wait to be read."""
_GRACE: Final = 5.0
"""Seconds for a program to end by itself once its input has ended, and for its output to end after it."""


class Ended(Exception):
    """The program has ended; the message says how, going on from its name."""


class TimedOut(Exception):
    """No line came in time."""


class Child:
    """A running program; it is in a session of its own, so that a terminal's Ctrl-C does not reach it.

    Args:
        command: the program with its arguments.
        folder: where it runs.
        name: begins the lines of its standard error in the log.

    Raises:
        OSError: if it cannot be started.
    """

    def __init__(self, command: Sequence[str], folder: Path, name: str) -> None:
        self._name = name
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue(_WAITING)
        self._last_words = ""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._answers = _in_background(self._read, self._process.stdout)
        self._errors = _in_background(self._log, self._process.stderr)
        _in_background(self._watch)

    def ask(self, line: str, timeout: float) -> str:
        """Send a line, and give the next one that the program writes.

        Args:
            line: without its end.
            timeout: seconds to wait for the answer.

        Raises:
            Ended: if the program ends first.
            TimedOut: if no line comes in time.
        """
        # in a thread: a program that does not read would keep this one from noticing the time
        _in_background(self._send, line)
        try:
            answer = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise TimedOut from None
        if answer is None:
            self._lines.put(None)
            raise Ended(self._how_it_ended())
        return answer

    def close(self) -> None:
        """End the program by the end of its input, after a few seconds by force, and with it all that it started."""
        with suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._wait(_GRACE)
        self.kill()

    def kill(self) -> None:
        """End the program and all that it started at once."""
        if os.name == "posix":
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):  # it has ended, which its output tells
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            while line := stream.readline(LONGEST_LINE):
                self._lines.put(line.decode(errors="replace"))
        self._lines.put(None)

    def _watch(self) -> None:
        """Tell that the program has ended where something that it started keeps its output open."""
        if os.name == "posix":
            with suppress(ChildProcessError):  # it has been waited for already
                os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        else:
            self._process.wait()
        self._answers.join(_GRACE)
        if self._answers.is_alive():
            self._lines.put(None)

    def _log(self, stream: IO[bytes]) -> None:
        with stream:
            while line := stream.readline(LONGEST_LINE):
                text = line.decode(errors="replace").rstrip()
                self._last_words = text.rpartition("\r")[2] or self._last_words  # a bar is drawn again and again
                LOGGER.debug("%s: %s", self._name, text)

    def _how_it_ended(self) -> str:
        self._wait(_GRACE)
        self.kill()
        self._errors.join(_GRACE)
        code = self._process.returncode
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        return f"ended {how}" + (f", its last words: {self._last_words}" if self._last_words else "")

    def _wait(self, seconds: float) -> None:
        """Wait for the program to end; on POSIX it keeps its number, so that those of its session are still found."""
        if os.name != "posix":
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
            return
        deadline = time.monotonic() + seconds
        with suppress(ChildProcessError):
            while time.monotonic() < deadline:
                if os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                    return
                time.sleep(0.01)


def _in_background(work: Callable[..., None], *given: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=given, daemon=True)
    thread.start()
    return thread
