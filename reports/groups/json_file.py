"""Figures by group as JSON with a versioned schema, for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, Final

from benchmark.statistics.group_gaps import MIN_TASKS, Gap, GroupFigure
from benchmark.tables.by_group import GroupedMetric, GroupedTable

SCHEMA_VERSION: Final = 1


def render(tables: Sequence[GroupedTable]) -> str:
    """The whole file."""
    content = {"schema_version": SCHEMA_VERSION, "min_tasks": MIN_TASKS, "tables": [_table(table) for table in tables]}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _table(found: GroupedTable) -> dict[str, Any]:
    return {
        "dataset": found.table.dataset,
        "protocol": found.table.protocol,
        "tasks_sha256": found.table.tasks_sha256,
        "reason": found.reason,
        "unknown": list(found.unknown),
        "metrics": [_metric(metric) for metric in found.metrics],
    }


def _metric(found: GroupedMetric) -> dict[str, Any]:
    names = found.groups.names
    return {
        "metric": found.column.id,
        "by": found.groups.by,
        "methods": {
            method.method: {
                "groups": {name: _figure(figure) for name, figure in zip(names, method.figures, strict=True)},
                "gap": None if method.gap is None else _gap(method.gap, names),
            }
            for method in found.methods
        },
    }


def _figure(found: GroupFigure) -> dict[str, Any]:
    ends = {"value": found.value, "low": found.low, "high": found.high}
    return {**_finite(ends), "n": found.num_tasks, "ranked": found.ranked}


def _gap(found: Gap, names: Sequence[str]) -> dict[str, Any]:
    ends = {"value": found.value, "low": found.low, "high": found.high}
    return {**_finite(ends), "best": names[found.best], "worst": names[found.worst]}


def _finite(values: dict[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in values.items()}
