"""Progress on stderr: one bar at a time with time left, or nothing when it is not wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Advance = Callable[[int, str], None]
"""Called with how much is done so far and a note (losses, images/s)."""


class Reporter:
    """Tells a person at the terminal what goes on; `quiet` says nothing."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.console = Console(stderr=True, quiet=quiet, highlight=False)

    def say(self, text: str) -> None:
        """Print one line, taking no part of it as markup."""
        self.console.print(text, markup=False)

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
        with Progress(*columns, console=self.console, refresh_per_second=4) as progress:
            bar = progress.add_task(title, total=total, note="")

            def advance(done: int, note: str = "") -> None:
                progress.update(bar, completed=done, note=note)

            yield advance

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
