"""What a person at the terminal sees of a sweep: a line at each event, and below them the jobs that run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from benchmark.runtime.progress_line import clock


@dataclass(frozen=True)
class Row:
    """A job that runs: since how many seconds, and what it does."""

    name: str
    seconds: float
    doing: str


class LiveTable:
    """Lines on a console, and on a terminal a table under them that is redrawn; elsewhere the lines alone.

    Args:
        console: on stderr.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live: Live | None = None

    @property
    def room(self) -> int:
        """How many rows are shown: as many as the screen has lines for, and none where there is no screen."""
        return 0 if self._live is None else max(1, self.console.height - 3)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the table within the block."""
        if not self.console.is_interactive:
            yield
            return
        with Live(console=self.console, refresh_per_second=4, transient=True) as self._live:
            try:
                yield
            finally:
                self._live = None

    def say(self, text: str) -> None:
        """Print a line, taking no part of it as markup."""
        self.console.print(text, markup=False, soft_wrap=True)

    def show(self, rows: Sequence[Row], note: str) -> None:
        """Redraw the table, with a note under it."""
        if self._live is None:
            return
        table = Table(box=None, pad_edge=False)
        table.add_column("time", justify="right", no_wrap=True)
        table.add_column("training", no_wrap=True)
        table.add_column("job", overflow="fold")
        for row in rows:
            table.add_row(Text(clock(row.seconds)), Text(row.doing), Text(row.name))
        self._live.update(Group(table, Text(note, style="dim")))
