"""Figures by group of the faces that are edited, with the gap between a method's best and worst group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.results.task_scores import ScoreFiles, TaskScores
from benchmark.runtime.json_files import ResultError
from benchmark.statistics.group_gaps import Gap, GroupFigure, figures_by_group
from benchmark.tables.face_groups import NO_FACTS, FaceGroups, find_facts, group_tasks, known_groupings
from benchmark.tables.table import Column, Row, Table


@dataclass(frozen=True)
class MethodGroups:
    """One metric of one method by group.

    Attributes:
        method: the row's title.
        figures: one per group.
        gap: between its best and its worst group; None where fewer than two are large enough.
    """

    method: str
    figures: tuple[GroupFigure, ...]
    gap: Gap | None


@dataclass(frozen=True)
class GroupedMetric:
    """One metric of a table by group.

    Attributes:
        column: the metric.
        groups: of the tasks.
        methods: those that have figures.
    """

    column: Column
    groups: FaceGroups
    methods: tuple[MethodGroups, ...]


@dataclass(frozen=True)
class GroupedTable:
    """A table's figures per image by groups.

    Attributes:
        metrics: by grouping, then by metric.
        unknown: groupings that its dataset knows nothing of.
        reason: why there are none.
    """

    table: Table
    metrics: tuple[GroupedMetric, ...] = ()
    unknown: tuple[str, ...] = ()
    reason: str | None = None


def group_table(table: Table, by: Sequence[str], files: ScoreFiles) -> GroupedTable:
    """The figures per image of a table's methods, by groups of faces.

    Args:
        table: the methods.
        by: groupings, as `check_groupings` takes them.
        files: opens the score files beside results.
    """
    scored = [(row, files.open_all(row.runs, table.protocol)) for row in table.rows if _has_figures(row, table)]
    opened = [(row, scores) for row, scores in scored if scores]
    if not opened:
        return GroupedTable(table, reason="there are no scores of its tasks beside the results")
    targets = [str(face) for face in opened[0][1][0].tasks["target"]]
    facts = find_facts([run for row in table.rows for run in row.runs], table.protocol, targets)
    if facts is None:
        return GroupedTable(table, reason=NO_FACTS)
    known = known_groupings(facts)
    found = []
    for groups in (group_tasks(facts, word) for word in by if word in known):
        for column in table.columns:
            methods = [_of_method(row, scores, table, column, groups) for row, scores in opened]
            if any(methods):
                found.append(GroupedMetric(column, groups, tuple(method for method in methods if method is not None)))
    return GroupedTable(table, tuple(found), tuple(word for word in by if word not in known))


def _has_figures(row: Row, table: Table) -> bool:
    return all(run.result.protocols[table.protocol].metrics for run in row.runs)


def _of_method(
    row: Row, scores: Sequence[TaskScores], table: Table, column: Column, groups: FaceGroups
) -> MethodGroups | None:
    """One metric of one method; None of a metric of sets, or where a seed has no figure."""
    cells = [run.result.protocols[table.protocol].metrics.get(column.id) for run in row.runs]
    if column.level != "image" or any(cell is None or cell.value is None for cell in cells):
        return None
    try:
        tallies = [run.tally(column.id) for run in scores]
    except ResultError:
        return None
    figures, gap = figures_by_group(
        tallies,
        scores[0].statistic,
        scores[0].faces,
        groups.of_tasks,
        len(groups.names),
        more_is_better=column.facts.direction == "up",
    )
    return MethodGroups(row.title, tuple(figures), gap)
