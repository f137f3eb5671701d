"""What a person at the terminal sees of a sweep: a line at each event, and below them the jobs that run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text


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

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the table within the block."""
        if not self.console.is_terminal:
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
        table = Table("job", "time", "training", box=None, pad_edge=False)
        for row in rows:
            table.add_row(Text(row.name), Text(clock(row.seconds)), Text(row.doing))
        self._live.update(Group(table, Text(note, style="dim")))


def clock(seconds: float) -> str:
    """Hours, minutes and seconds: 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
