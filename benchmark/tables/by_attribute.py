"""Figures by the attribute that tasks transfer: per metric a row for each attribute, and the mean row of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.results.attributes import attributes_of, overall_name, value_of_attribute
from benchmark.results.schema import ProtocolResult
from benchmark.results.task_groups import GroupedBy
from benchmark.tables.table import Cell, Column, Table, cell_of_seeds

NamedCells = tuple[str, tuple[Cell, ...]]
"""A name, and a cell per method."""


@dataclass(frozen=True)
class GroupFigures:
    """One metric of all methods of a table, by group of tasks.

    Attributes:
        by: what the tasks of a group have in common.
        column: the metric.
        methods: the titles of the table's rows.
        groups: the cells of each attribute, or strength.
        summaries: what they come to: the figure of the table itself, and what else there is.
    """

    by: GroupedBy
    column: Column
    methods: tuple[str, ...]
    groups: tuple[NamedCells, ...]
    summaries: tuple[NamedCells, ...]

    @property
    def rows(self) -> tuple[NamedCells, ...]:
        """The groups, and last the summaries."""
        return (*self.groups, *self.summaries)


def by_attribute(table: Table) -> list[GroupFigures]:
    """The figures by attribute of a table's metrics; none where its tasks transfer one attribute at most.

    The summary is the mean over attributes of a metric of images, the figure over all tasks of one of sets. A metric
    without a figure of any attribute has no part, nor have intervals over several seeds.
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
            methods = tuple(row.title for row in table.rows)
            figures.append(GroupFigures("attribute", column, methods, of_names, (overall,)))
    return figures


def cell_of_attribute(column: Column, runs: Sequence[ProtocolResult], attribute: str) -> Cell:
    """The cell of a metric over the tasks of one attribute, from the results of a method's seeds."""
    return cell_of_seeds(column, [value_of_attribute(found, attribute, column.id) for found in runs])
