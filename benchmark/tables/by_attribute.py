"""Figures by the attribute that tasks transfer: per metric a row for each attribute, and the mean row of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmark.results.schema import Value
from benchmark.tables.table import Cell, Column, Row, Table, cell_of_seeds

MEAN: Final = "mean"
OVER_ALL: Final = "all tasks"


@dataclass(frozen=True)
class AttributeFigures:
    """One metric of all methods of a table.

    Attributes:
        column: the metric.
        methods: the titles of the table's rows.
        attributes: a cell per method, by attribute.
        overall: the figure of the table itself: the mean over attributes of a metric of images, the figure over all
            tasks of one of sets.
    """

    column: Column
    methods: tuple[str, ...]
    attributes: tuple[tuple[str, tuple[Cell, ...]], ...]
    overall: tuple[str, tuple[Cell, ...]]

    @property
    def rows(self) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
        """The attributes, and last the overall figure."""
        return (*self.attributes, self.overall)


def by_attribute(table: Table) -> list[AttributeFigures]:
    """The figures by attribute of a table's metrics; none where its tasks transfer one attribute at most.

    A metric without a figure of any attribute has no part, nor have intervals over several seeds.
    """
    named = (run.result.protocols[table.protocol].attributes for row in table.rows for run in row.runs)
    attributes = list(dict.fromkeys(name for of_run in named for name in of_run))
    figures = []
    for place, column in enumerate(table.columns):
        if not attributes or column.level not in ("image", "set"):
            continue
        of_names = tuple((name, tuple(_cell(table, row, column, name) for row in table.rows)) for name in attributes)
        if any(cell.value is not None for _, cells in of_names for cell in cells):
            overall = MEAN if column.level == "image" else OVER_ALL, tuple(row.cells[place] for row in table.rows)
            figures.append(AttributeFigures(column, tuple(row.title for row in table.rows), of_names, overall))
    return figures


def _cell(table: Table, row: Row, column: Column, attribute: str) -> Cell:
    values: list[Value | None] = []
    for run in row.runs:
        found = run.result.protocols[table.protocol]
        if found.reason is not None:
            values.append(Value(value=None, n=0, reason=found.reason))
        else:
            values.append(found.attributes.get(attribute, {}).get(column.id))
    return cell_of_seeds(column, values)
