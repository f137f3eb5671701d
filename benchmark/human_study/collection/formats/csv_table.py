"""Tables of text: CSV separated by commas, semicolons or tabs, with any line ends."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from registry.errors import InputError

_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        number: as spreadsheets count; the header is 1.
        cells: by column, without the spaces around them.
        broken: what is wrong with its shape, in words.
    """

    number: int
    cells: Mapping[str, str]
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, their separator, and its rows except empty ones."""

    columns: tuple[str, ...]
    separator: str
    rows: tuple[Row, ...]


def read_table(text: str, name: str) -> Table:
    """Read a table.

    Args:
        text: of the file.
        name: of the file, for errors.

    Raises:
        InputError: if the table is truncated in a quoted cell or in its last row, or two columns have one name.
    """
    separator = max(_SEPARATORS, key=lambda candidate: _num_columns(text, candidate))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    try:
        columns = tuple(cell.strip() for cell in next(reader, []))
        if repeated := {column for column in columns if column and columns.count(column) > 1}:
            raise InputError(f"{name}: two columns are named {min(repeated)!r}")
        rows = []
        begun = start = reader.line_num + 1
        for number, cells in enumerate(reader, start=2):
            begun, start = start, reader.line_num + 1
            if any(cell.strip() for cell in cells):
                rows.append(_row(number, columns, cells))
    except csv.Error as error:
        raise InputError(f"{name}: the row that begins in line {start} is not CSV: {error}") from error
    if rows and rows[-1].number == number and len(cells) < len(columns) and not text.endswith(("\n", "\r")):
        raise InputError(
            f"{name}: line {begun}, the last, has {len(cells)} of {len(columns)} cells and no end; "
            "the file seems to be truncated: download it again"
        )
    return Table(columns, separator, tuple(rows))


def _num_columns(text: str, separator: str) -> int:
    return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), []))


def _row(number: int, columns: tuple[str, ...], cells: list[str]) -> Row:
    broken = "" if len(cells) == len(columns) else f"{len(cells)} cells, and the header has {len(columns)}"
    named = {column: cell.strip() for column, cell in zip(columns, cells, strict=False)}
    if len(cells) > len(columns):
        named[""] = " ".join(cells[len(columns) :])
    return Row(number, named, broken)
