"""Progress on stderr: one bar at a time with time left, or nothing when it is not wanted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import Progress

from benchmark.runtime.progress_line import clock, columns
from benchmark.runtime.tracebacks import tracebacks_to
from registry.errors import on_one_line
from registry.system_errors import FULL

LINE_EVERY_SECONDS = 600.0
"""Between two lines in the log about work that goes on."""


class Advance(Protocol):
    """Moves a bar on."""

    def __call__(self, done: int, *notes: str) -> None:
        """Show how much is done so far, with notes (losses, images/s), the most important first."""


class Reporter:
    """Reports progress to a person at the terminal; `quiet` prints nothing."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.console = Console(stderr=True, quiet=quiet, highlight=False)
        self._log: Path | None = None

    @contextmanager
    def logging_to(self, path: Path) -> Iterator[None]:
        """Append what is said and done within the block to a file, with the time, and the tracebacks of plug-ins."""
        before, self._log = self._log, path
        try:
            with tracebacks_to(self._note):
                yield
        finally:
            self._log = before

    def say(self, text: str) -> None:
        """Print one line, taking no part of it as markup; a terminal wraps it, so that a path can be copied whole."""
        line = on_one_line(text)
        self.console.print(line, markup=False, soft_wrap=True)
        self._note(line)

    def _note(self, text: str) -> None:
        """Append a line to the log; where the disk is full it is lost, since what needs the room says so itself."""
        if self._log is None:
            return
        try:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("a", encoding="utf-8") as file:
                file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
        except OSError as error:
            if error.errno not in FULL:
                raise

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Advance]:
        """Show a bar that ends with the block; where there is no terminal, print a line when the block ends.

        Of work that takes long a line says how far it is every few minutes: in the log, and where there is no bar.
        """
        reached, last_notes = 0, tuple[str, ...]()
        started = last_line = time.monotonic()
        with Progress(
            *columns(self.console.width),
            console=self.console,
            refresh_per_second=4,
            disable=not self.console.is_interactive,
        ) as progress:
            bar = progress.add_task(title, total=total, notes=())

            def write_line(*left: str) -> None:
                summary = f"{title}: {reached} of {total} in {time.monotonic() - started:.1f} s"
                line = "  ".join([summary, *left, *last_notes])
                if self.console.is_interactive:
                    self._note(line)
                else:
                    self.say(line)

            def advance(done: int, *notes: str) -> None:
                nonlocal reached, last_notes, last_line
                reached, last_notes = done, notes
                progress.update(bar, completed=done, notes=notes)
                if done < total and time.monotonic() - last_line >= LINE_EVERY_SECONDS:
                    seconds = progress.tasks[bar].time_remaining
                    write_line(*([] if seconds is None else [f"left {clock(seconds)}"]))
                    last_line = time.monotonic()

            try:
                yield advance
            finally:
                write_line()

    @contextmanager
    def counting(self, title: str) -> Iterator[Callable[[int, int], None]]:
        """Like `bar`, for work that tells its total only once it has begun; no bar if it never does."""
        with ExitStack() as stack:
            bars: list[Advance] = []

            def count(done: int, total: int) -> None:
                if not bars:
                    bars.append(stack.enter_context(self.bar(title, total)))
                bars[0](done)

            yield count
