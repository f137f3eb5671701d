"""Figures by group of faces as rows: a row per method, metric and group, with the gap between best and worst."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from benchmark.statistics.group_gaps import Gap
from benchmark.tables.by_group import GroupedMetric, GroupedTable, MethodGroups
from benchmark.tables.long_format import Figure

COLUMNS: Final = (
    "dataset",
    "protocol",
    "table",
    "title",
    "metric",
    "by",
    "group",
    "value",
    "low",
    "high",
    "n",
    "ranked",
    "gap",
    "gap_low",
    "gap_high",
    "best",
    "worst",
)


def group_rows(tables: Sequence[GroupedTable]) -> Iterator[tuple[Figure | bool, ...]]:
    """Every figure by group, in the order of `COLUMNS`; the gap stands in all rows of a method, metric and `by`."""
    for found in tables:
        table = found.table
        for metric in found.metrics:
            for method in metric.methods:
                who = (table.dataset, table.protocol, table.number, method.method, metric.column.id, metric.groups.by)
                yield from ((*who, *row) for row in _rows(metric, method))


def _rows(metric: GroupedMetric, method: MethodGroups) -> Iterator[tuple[Figure | bool, ...]]:
    names = metric.groups.names
    gap = _gap(method.gap, names)
    for name, figure in zip(names, method.figures, strict=True):
        yield (name, *map(_known, (figure.value, figure.low, figure.high)), figure.num_tasks, figure.ranked, *gap)


def _gap(found: Gap | None, names: Sequence[str]) -> tuple[Figure, ...]:
    if found is None:
        return (None,) * 5
    return (*map(_known, (found.value, found.low, found.high)), names[found.best], names[found.worst])


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
