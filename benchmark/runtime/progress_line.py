"""One line of progress: count, bar and time left come first, then the title, then as many notes as fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.progress import BarColumn, ProgressColumn, Task
from rich.table import Column
from rich.text import Text

COUNT_WIDTH = 9
"""Cells for `3000/3000`, so that the bars of one command stand below one another; larger counts take more."""
BARS_PER_LINE = 8
"""A bar's share of the terminal's width is one over this number; text gets the rest."""
GAP = "  "


def columns(width: int) -> tuple[ProgressColumn, ...]:
    """The columns of a bar on a terminal of `width` cells; a task needs the field `notes`, texts in their order."""
    bar = BarColumn(bar_width=width // BARS_PER_LINE, table_column=Column(no_wrap=True))
    return _Count(Column(no_wrap=True)), bar, _Time(Column(no_wrap=True)), _Words()


class _Count(ProgressColumn):
    def render(self, task: Task) -> Text:
        text = f"{int(task.completed)}/{int(task.total or 0)}"
        return Text(text.rjust(COUNT_WIDTH), style="progress.download")


class _Time(ProgressColumn):
    """Time left while it runs, and then the time it took."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        label, seconds = ("took", task.finished_time) if task.finished else ("left", task.time_remaining)
        return Text(f"{label} {'-:--' if seconds is None else clock(seconds):>5}", style="progress.remaining")


class _Words(ProgressColumn):
    def render(self, task: Task) -> _Fitted:
        return _Fitted(task.description, task.fields["notes"])


@dataclass(frozen=True)
class _Fitted:
    """A title and as many notes, each whole, as the line has room for."""

    title: str
    notes: Sequence[str]

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(0, min(options.max_width, cell_len(GAP.join([self.title, *self.notes]))))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        line = self.title
        for note in self.notes:
            longer = f"{line}{GAP}{note}"
            if cell_len(longer) > options.max_width:
                break
            line = longer
        yield Text(line, no_wrap=True, overflow="ellipsis")


def clock(seconds: float) -> str:
    """Hours, minutes and seconds: 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
