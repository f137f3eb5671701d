"""Progress on stderr: one bar at a time with time left, or nothing when it is not wanted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Advance = Callable[[int, str], None]
"""Called with how much is done so far and a note (losses, images/s)."""


class Reporter:
    """Tells a person at the terminal what goes on; `quiet` says nothing."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.console = Console(stderr=True, quiet=quiet, highlight=False)
        self._log: Path | None = None

    @contextmanager
    def logging_to(self, path: Path) -> Iterator[None]:
        """Append what is said and done within the block to a file, with the time."""
        before, self._log = self._log, path
        try:
            yield
        finally:
            self._log = before

    def say(self, text: str) -> None:
        """Print one line, taking no part of it as markup."""
        self.console.print(text, markup=False)
        self._note(text)

    def _note(self, text: str) -> None:
        if self._log is not None:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("a", encoding="utf-8") as file:
                file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Advance]:
        """Show a bar that ends with the block; on a pipe it prints a line when the block ends."""
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
        )
        reached, last_note = 0, ""
        started = time.monotonic()
        with Progress(*columns, console=self.console, refresh_per_second=4) as progress:
            bar = progress.add_task(title, total=total, note="")

            def advance(done: int, note: str = "") -> None:
                nonlocal reached, last_note
                reached, last_note = done, note
                progress.update(bar, completed=done, note=note)

            try:
                yield advance
            finally:
                self._note(f"{title}: {reached} of {total} in {time.monotonic() - started:.1f} s  {last_note}".rstrip())

    @contextmanager
    def counting(self, title: str) -> Iterator[Callable[[int, int], None]]:
        """Like `bar`, for work that tells its total only once it has begun; no bar if it never does."""
        with ExitStack() as stack:
            bars: list[Advance] = []

            def count(done: int, total: int) -> None:
                if not bars:
                    bars.append(stack.enter_context(self.bar(title, total)))
                bars[0](done, "")

            yield count
