"""Tables of text: CSV separated by commas, semicolons or tabs, with any line ends, and rows that end early."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.runtime.csv_separator import separator_of
from registry.errors import InputError

MAX_COLUMNS: Final = 16_384
"""Excel's, by its page of specifications and limits."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        number: as spreadsheets count; the header is 1.
        cells: by column, without the spaces around them; "" for those that the row lacks at its end.
        broken: what is wrong with its shape, in words.
        lacking: columns at its end for which it has no cell.
    """

    number: int
    cells: Mapping[str, str]
    broken: str = ""
    lacking: tuple[str, ...] = ()

    def texts(self, columns: Mapping[str, str]) -> dict[str, str]:
        """Cells by other names: the cell of each name's column, "" where the row has none."""
        return {name: self.cells.get(column, "") for name, column in columns.items()}

    def without(self, needed: Collection[str]) -> str:
        """What is wrong with its shape for a reader who needs some columns, in words; "" if nothing is."""
        missing = [column for column in self.lacking if column in needed]
        if self.broken or not missing:
            return self.broken
        return f"it ends after {len(self.cells) - len(self.lacking)} cells, and {missing[0]} comes later"


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        columns: by name; the second of a name is `NAME (2)`.
        separator: between cells; "" where it did not come from CSV.
        rows: all but empty ones.
        repeated: names that several columns have.
        headings: of each column all that stands above it, where the header has several rows.
    """

    columns: tuple[str, ...]
    separator: str
    rows: tuple[Row, ...]
    repeated: frozenset[str] = frozenset()
    headings: tuple[str, ...] = ()

    @property
    def has_decimal_commas(self) -> bool:
        """Whether its numbers may have commas, as spreadsheets write them where commas do not separate cells."""
        return self.separator in (";", "\t")

    def check_unrepeated(self, needed: Collection[str], name: str) -> None:
        """Refuse a table two of whose needed columns have one name.

        Raises:
            InputError: naming the file and the column.
        """
        if ambiguous := [column for column in needed if column in self.repeated]:
            raise InputError(f"{name}: two columns are named {min(ambiguous)!r}")


def read_table(text: str, name: str, wanted: Collection[str] = (), header_rows: int = 1) -> Table:
    """Read a table.

    Its separator is found by the wanted columns and by the rows (`separator_of`). A row that lacks cells at its end has
    empty ones.

    Args:
        text: of the file.
        name: of the file, for errors.
        wanted: names of columns that tables of known kinds have.
        header_rows: rows of the header, whose first has the columns' names.

    Raises:
        InputError: if the table is truncated in a quoted cell or in its last row.
    """
    separator = separator_of(text, set(wanted).__contains__)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    found: list[tuple[int, int, list[str]]] = []
    try:
        header = [[cell.strip() for cell in next(reader, [])] for _ in range(header_rows)]
        start = reader.line_num + 1
        for number, cells in enumerate(reader, start=header_rows + 1):
            if any(cell.strip() for cell in cells):
                found.append((number, start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{name}: the row that begins in line {start} is not CSV: {error}") from error
    if len(header[0]) > MAX_COLUMNS:
        raise InputError(f"{name}: has {len(header[0]):,} columns; no spreadsheet has more than {MAX_COLUMNS:,}")
    columns = _distinct(header[0])
    _check_end(text, name, columns, [(line, cells) for _, line, cells in found])
    repeated = frozenset(column for column, count in Counter(header[0]).items() if column and count > 1)
    above = [[*cells, *[""] * len(columns)] for cells in header]
    headings = tuple("\n".join(cells[place] for cells in above) for place in range(len(columns)))
    return Table(
        columns, separator, tuple(_row(number, columns, cells) for number, _, cells in found), repeated, headings
    )


def _check_end(text: str, name: str, columns: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> None:
    """Refuse a table that breaks off in its last row.

    All rows of Mechanical Turk's downloads lack their last cells, and the last row its line end. A download breaks off
    where the last row lacks more than any other, or where it is the only one and does not close a quoted cell.

    Raises:
        InputError: naming the line.
    """
    if not rows or text.endswith(("\n", "\r")):
        return
    (line, last), others = rows[-1], [len(cells) for _, cells in rows[:-1]]
    whole = len(last) >= min(others) if others else text.rstrip(" ").endswith('"')
    if len(last) < len(columns) and not whole:
        raise InputError(
            f"{name}: line {line}, the last, has {len(last)} of {len(columns)} cells and no end; "
            "the file seems to be truncated: download it again, or end the line if the file is whole"
        )


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, each once: the second of a name gets a number."""
    distinct: dict[str, None] = {}
    counts = Counter[str]()
    for name in names:
        counts[name] += 1
        number = counts[name]
        candidate = name if number == 1 else f"{name} ({number})"
        while candidate in distinct:
            number += 1
            candidate = f"{name} ({number})"
        distinct[candidate] = None
    return tuple(distinct)


def _row(number: int, columns: tuple[str, ...], cells: list[str]) -> Row:
    named = {column: cell.strip() for column, cell in zip(columns, cells, strict=False)}
    lacking = columns[len(cells) :]
    named |= dict.fromkeys(lacking, "")
    beyond = " ".join(cells[len(columns) :]).strip()
    if not beyond:
        return Row(number, named, lacking=lacking)
    return Row(number, named | {"": beyond}, f"{len(cells)} cells, and the header has {len(columns)}")
