"""Tables as one list of rows: a row for every figure, with all that stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from benchmark.tables.by_attribute import by_attribute
from benchmark.tables.by_strength import by_strength
from benchmark.tables.table import Cell, Row, Table

OF_METHOD: Final = ("dataset", "protocol", "table", "method", "title", "kind", "preset")
"""Columns that say whose figure it is."""
COLUMNS: Final = (
    *OF_METHOD,
    "weights_origin",
    "rank",
    "attribute",
    "strength",
    "metric",
    "metric_title",
    "level",
    "direction",
    "unit",
    "value",
    "printed",
    "low",
    "high",
    "interval",
    "n",
    "seeds",
    "seeds_run",
    "seed_low",
    "seed_high",
    "emphasis",
    "holm_p",
    "untested",
    "reason",
)

Figure = str | float | None


def figure_rows(tables: Sequence[Table]) -> Iterator[tuple[Figure, ...]]:
    """Every figure of the tables, in the order of `COLUMNS`.

    `table` numbers the parts of a dataset and protocol, `value` is as measured, `printed` rounded. A figure that is
    missing has no `value`, and then `reason` says why. `attribute` is empty for the figures of the table itself, which
    come first; where tasks transfer several attributes, those of each attribute follow, and where they are of several
    strengths, those of each `strength`, and what the curve over it comes to.
    """
    for table in tables:
        of_attributes, of_strengths = by_attribute(table), by_strength(table)
        for place, row in enumerate(table.rows):
            method = (*of_method(table, row), row.weights_origin, _rank(row))
            yield from ((*method, "", "", *_facts(cell)) for cell in row.cells)
            for figures in of_attributes:
                yield from ((*method, name, "", *_facts(cells[place])) for name, cells in figures.groups)
            for figures in of_strengths:
                yield from ((*method, "", name, *_facts(cells[place])) for name, cells in figures.rows)


def of_method(table: Table, row: Row) -> tuple[Figure, ...]:
    """Whose figures a table's row has, in the order of `OF_METHOD`."""
    return (table.dataset, table.protocol, table.number, row.label, row.title, row.kind, row.preset)


def _rank(row: Row) -> float | None:
    standing = (cell for cell in row.cells if cell.column.id == "rank" and cell.column.group == "standing")
    return next((cell.value for cell in standing), None)


def _facts(cell: Cell) -> tuple[Figure, ...]:
    column, facts = cell.column, cell.column.facts
    least, greatest = cell.seed_range or (None, None)
    return (
        column.id,
        facts.title,
        column.level,
        facts.direction,
        facts.unit,
        cell.value,
        None if cell.value is None else float(cell.text),
        cell.low,
        cell.high,
        cell.interval,
        cell.n,
        cell.seeds,
        cell.seeds_run,
        least,
        greatest,
        cell.emphasis,
        cell.holm_p,
        cell.untested,
        cell.reason,
    )
