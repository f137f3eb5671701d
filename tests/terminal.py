"""What a person sees: the screen of a terminal of a given width while a program writes to it."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path

import pyte

from tests.places import ROOT

ROWS = 24
PLAIN = {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1", "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
UNWANTED = {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
"""Variables that tell programs another terminal than the one they have."""


@dataclass(frozen=True)
class Shown:
    """What was to be seen.

    Attributes:
        code: with which the program ended.
        lines: all that stands above the cursor at the end, what scrolled off the screen too.
        screens: every screen that was not blank and differed from the one before.
    """

    code: int
    lines: list[str]
    screens: list[list[str]]

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


class Screen:
    """A terminal's screen with what scrolled off it.

    Args:
        columns: its width in cells.
        bare: whether line feeds come without carriage returns, as from no pseudo-terminal.
    """

    def __init__(self, columns: int, *, bare: bool = False) -> None:
        self._screen = pyte.HistoryScreen(columns, ROWS, history=10_000)
        if bare:
            self._screen.set_mode(pyte.modes.LNM)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, output: bytes) -> None:
        """Take what a program wrote."""
        self._stream.feed(output)

    @property
    def visible(self) -> list[str]:
        """The rows that are not blank."""
        return [row.rstrip() for row in self._screen.display if row.strip()]

    @property
    def lines(self) -> list[str]:
        """The visible rows and those above them."""
        above = ["".join(row[x].data for x in range(self._screen.columns)) for row in self._screen.history.top]
        return [row.rstrip() for row in above if row.strip()] + self.visible


def on_terminal(columns: int, *words: str | Path, **environment: str) -> Shown:
    """Run Python with these words on a pseudo-terminal, on which its output and its errors go."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    process = subprocess.Popen(
        [sys.executable, *map(str, words)],
        env={**inherited, **PLAIN, **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    screen, screens = Screen(columns), list[list[str]]()
    while output := _read(ours):
        screen.feed(output)
        if screen.visible and screens[-1:] != [screen.visible]:
            screens.append(screen.visible)
    os.close(ours)
    return Shown(process.wait(timeout=60), screen.lines, screens)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's end of file, once the last process has closed the other end
        return b""
