"""Tables on stdout: folded where the terminal is too narrow for all columns, whole where there is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

UNLIMITED = 100_000
"""Cells in a line where no terminal limits it."""


@dataclass(frozen=True)
class Column:
    """A column's head and its cells, from top to bottom; plain text, none of it markup."""

    head: str
    cells: Sequence[str]
    justify: Literal["left", "right"] = "right"


def stdout_console() -> Console:
    """A console on stdout: as wide as the terminal, and in a pipe or file as wide as its longest line."""
    return Console(width=None if sys.stdout.isatty() else UNLIMITED, highlight=False)


def print_table(console: Console, title: str, first: Column, others: Sequence[Column]) -> None:
    """Print columns side by side, below one another in several tables where they are too wide for the console.

    Args:
        console: whose width it is.
        title: above the first table.
        first: names the rows, and is repeated in every table.
        others: in their order; no name or figure is broken unless it is too wide even in a table of its own.
    """
    console.print(Text(title, style="bold"), soft_wrap=True)
    for part in _parts(console, first, others):
        console.print(_table([first, *part]))


def _parts(console: Console, first: Column, others: Sequence[Column]) -> list[list[Column]]:
    parts: list[list[Column]] = [[]]
    taken = alone = _width(console, first)
    for column in others:
        added = _width(console, column) - 1  # beside another it shares a line with that
        if parts[-1] and taken + added > console.width:
            parts.append([])
            taken = alone
        parts[-1].append(column)
        taken += added
    return parts


def _width(console: Console, column: Column) -> int:
    """Of a table of this column alone."""
    return Measurement.get(console, console.options.update(max_width=UNLIMITED), _table([column])).maximum


def _table(columns: Sequence[Column]) -> Table:
    table = Table()
    for column in columns:
        table.add_column(Text(column.head), justify=column.justify, overflow="fold")
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*map(Text, row))
    return table
