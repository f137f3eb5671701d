"""Curves over strength: per metric a row for each strength of the tasks, the area under the curve, and the loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from benchmark.results.attributes import overall_name
from benchmark.results.schema import ProtocolResult, Value
from benchmark.results.task_groups import trapezoid
from benchmark.tables.by_attribute import GroupFigures, NamedCells, by_attribute
from benchmark.tables.table import Cell, Column, Table, cell_of_seeds

AREA: Final = "area under the curve"
LOSS: Final = "loss from 0 to 1"


def by_strength(table: Table) -> list[GroupFigures]:
    """The curves of a table's metrics; none where its tasks are of one strength.

    The area is per unit of strength, so that it lies within the curve; of a metric of images it is the figure of the
    table. The loss is positive where a figure gets worse. A metric without a figure at any strength has no part.
    """
    results = [[run.result.protocols[table.protocol] for run in row.runs] for row in table.rows]
    named = {name for of_row in results for found in of_row for name in found.strengths}
    strengths = sorted(named, key=float)
    figures = []
    for place, column in enumerate(table.columns):
        if not strengths or column.level not in ("image", "set"):
            continue
        curves = [
            [_cell(column, found, [of_seed.strengths.get(name, {}) for of_seed in found]) for name in strengths]
            for found in results
        ]
        if all(cell.value is None for cells in curves for cell in cells):
            continue
        overall = tuple(row.cells[place] for row in table.rows)
        if column.level == "image":
            summaries = [(AREA, overall)]
        else:
            areas = tuple(_area(column, [float(name) for name in strengths], cells) for cells in curves)
            summaries = [(overall_name(column.level), overall), (AREA, areas)]
        summaries += _at_equal_success(table, column)
        losses = tuple(_cell(column, found, [of_seed.losses for of_seed in found]) for found in results)
        if any(cell.value is not None for cell in losses):
            summaries.append((LOSS, losses))
        groups = tuple(zip(strengths, zip(*curves, strict=True), strict=True))
        methods = tuple(row.title for row in table.rows)
        figures.append(GroupFigures("strength", column, methods, groups, tuple(summaries)))
    return figures


def _at_equal_success(table: Table, column: Column) -> list[NamedCells]:
    """The figures of a metric where methods reach levels of success; of success itself, the strengths that do."""
    found = table.operating
    if found is None or column not in (found.success, *found.preserved):
        return []
    levels = next((method.levels for method in found.methods if method.levels), ())
    named = []
    for number, level in enumerate(levels):
        is_success = column == found.success
        name = f"strength that reaches {level.level:g}" if is_success else at_success(found.success, level.level)
        cells = []
        for method in found.methods:
            if not method.levels:
                cells.append(Cell(column, None, seeds=0, reason=method.reason))
                continue
            point = method.levels[number]
            cells.append(point.strength if is_success else point.preserved[found.preserved.index(column)])
        named.append((name, tuple(cells)))
    return named


def at_success(success: Column, level: float) -> str:
    """What figures at a level of success are called: "at attribute accuracy 0.75"."""
    return f"at {success.facts.title.lower()} {level:g}"


def figures_by_group(table: Table) -> list[GroupFigures]:
    """A table's figures by attribute or by strength, where its tasks are of several."""
    return [*by_attribute(table), *by_strength(table)]


def _cell(column: Column, found: Sequence[ProtocolResult], figures: Sequence[Mapping[str, Value]]) -> Cell:
    """The cell of a metric over the seeds of a method, from what each seed has of it."""
    values = [
        of_seed.get(column.id) if result.reason is None else Value(value=None, n=0, reason=result.reason)
        for result, of_seed in zip(found, figures, strict=True)
    ]
    return cell_of_seeds(column, values)


def _area(column: Column, strengths: Sequence[float], cells: Sequence[Cell]) -> Cell:
    """The area under the curve of a metric of sets; without an interval."""
    weights, values = trapezoid(strengths), [cell.value for cell in cells if cell.value is not None]
    if weights is None or len(values) < len(cells):
        reason = next((cell.reason for cell in cells if cell.value is None), "there is one strength alone")
        return Cell(column, None, seeds=0, reason=reason)
    number = min(cell.n or 0 for cell in cells)
    return Cell(column, float(weights @ values), n=number, seeds=cells[0].seeds, seeds_run=cells[0].seeds_run)
