"""Which character separates the cells of a CSV table: found by its rows, since a header may have commas in a name."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from itertools import islice
from typing import Final

SEPARATORS: Final = (",", ";", "\t")
_ROWS_TRIED: Final = 200
"""Rows by which a separator is judged."""


def separator_of(text: str, is_wanted: Callable[[str], bool]) -> str:
    """The separator that yields the most of the wanted columns, and then the one that fills the header's width best.

    Args:
        text: of the table, whose first row has the columns' names.
        is_wanted: whether a name is that of a column which tables of known kinds have.
    """
    return max(SEPARATORS, key=lambda candidate: _fit(text, candidate, is_wanted))


def _fit(text: str, separator: str, is_wanted: Callable[[str], bool]) -> tuple[int, float, int]:
    """How well a separator fits: wanted columns, how far rows fill the header's width, and that width."""
    try:
        rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), _ROWS_TRIED))
    except csv.Error:
        return 0, 0.0, 0
    header, body = (rows[0] if rows else []), [len(row) for row in rows[1:] if any(cell.strip() for cell in row)]
    width = len(header)
    filled = sum(cells / width for cells in body if cells <= width) / len(body) if body and width > 1 else 0.0
    return sum(map(is_wanted, {cell.strip() for cell in header})), filled, width
