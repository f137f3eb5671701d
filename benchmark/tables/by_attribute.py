"""Figures by the attribute that tasks transfer: per metric a row for each attribute, and the mean row of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.results.attributes import attributes_of, overall_name, value_of_attribute
from benchmark.results.schema import ProtocolResult
from benchmark.tables.table import Cell, Column, Table, cell_of_seeds


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
    rows = [[run.result.protocols[table.protocol] for run in row.runs] for row in table.rows]
    attributes = attributes_of(found for runs in rows for found in runs)
    figures = []
    for place, column in enumerate(table.columns):
        if not attributes or column.level not in ("image", "set"):
            continue
        of_names = tuple((name, tuple(cell_of_attribute(column, runs, name) for runs in rows)) for name in attributes)
        if any(cell.value is not None for _, cells in of_names for cell in cells):
            overall = overall_name(column.level), tuple(row.cells[place] for row in table.rows)
            figures.append(AttributeFigures(column, tuple(row.title for row in table.rows), of_names, overall))
    return figures


def cell_of_attribute(column: Column, runs: Sequence[ProtocolResult], attribute: str) -> Cell:
    """The cell of a metric over the tasks of one attribute, from the results of a method's seeds."""
    return cell_of_seeds(column, [value_of_attribute(found, attribute, column.id) for found in runs])
