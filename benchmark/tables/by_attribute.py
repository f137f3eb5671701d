"""Figures by the attribute that tasks transfer: per metric a row for each attribute, and the mean row of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmark.results.schema import Value
from benchmark.results.task_groups import GroupedBy
from benchmark.tables.table import Cell, Column, Row, Table, cell_of_seeds

MEAN: Final = "mean"
OVER_ALL: Final = "all tasks"
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
    named = (run.result.protocols[table.protocol].attributes for row in table.rows for run in row.runs)
    attributes = list(dict.fromkeys(name for of_run in named for name in of_run))
    figures = []
    for place, column in enumerate(table.columns):
        if not attributes or column.level not in ("image", "set"):
            continue
        of_names = tuple((name, tuple(_cell(table, row, column, name) for row in table.rows)) for name in attributes)
        if any(cell.value is not None for _, cells in of_names for cell in cells):
            overall = MEAN if column.level == "image" else OVER_ALL, tuple(row.cells[place] for row in table.rows)
            methods = tuple(row.title for row in table.rows)
            figures.append(GroupFigures("attribute", column, methods, of_names, (overall,)))
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
