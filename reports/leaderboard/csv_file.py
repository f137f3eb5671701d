"""Tables as one CSV file: a row for every figure, with all that stands behind it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Final

from benchmark.tables.table import Cell, Row, Table
from benchmark.runtime.spreadsheet_cells import guarded
from benchmark.tables.table import Cell
from benchmark.tables.table import Row
from benchmark.tables.table import Table

COLUMNS: Final = (
    "dataset",
    "protocol",
    "table",
    "method",
    "title",
    "kind",
    "preset",
    "weights_origin",
    "rank",
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


def render(tables: Sequence[Table]) -> str:
    """The whole file; `table` numbers the parts of a dataset and protocol, `value` is as measured, `printed` rounded.

    A figure that is missing has no `value`, and then `reason` says why. Texts are guarded against formulas.
    """
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(COLUMNS)
    for table in tables:
        for row in table.rows:
            writer.writerows(_lines(table, row))
    return text.getvalue()


def _lines(table: Table, row: Row) -> Iterator[list[str | float | None]]:
    rank = next(
        (cell.value for cell in row.cells if cell.column.id == "rank" and cell.column.group == "standing"), None
    )
    part = 1 if table.part is None else table.part[0]
    method = (table.dataset, table.protocol, part, row.label, row.title, row.kind, row.preset, row.weights_origin, rank)
    for cell in row.cells:
        yield [guarded(each) if isinstance(each, str) else each for each in (*method, *_facts(cell))]


def _facts(cell: Cell) -> tuple[str | float | None, ...]:
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
        cell.asked_seeds,
        least,
        greatest,
        cell.emphasis,
        cell.holm_p,
        cell.untested,
        cell.reason,
    )
