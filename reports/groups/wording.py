"""What pages say of figures by group; plain text, escaped by the renderers."""

from __future__ import annotations

import math

from benchmark.runtime.printed_values import MISSING
from benchmark.statistics.group_gaps import DRAWS, MIN_TASKS, GroupFigure
from benchmark.tables.by_group import GroupedMetric, GroupedTable, MethodGroups
from benchmark.tables.table import Column

TITLE = "Figures by group of faces"
RULE = (
    "Groups are of the faces that are edited, by what their dataset knows of them; hair is measured on their masks. "
    f"Intervals are 95%, by a bootstrap of {DRAWS:,} draws of faces with seeds nested. A group of fewer than "
    f"{MIN_TASKS} tasks is shown and not ranked. Gap: how far a method's best ranked group is ahead of its worst; its "
    "interval is simultaneous over all pairs of groups, and so holds though the two were chosen by looking. Figures of "
    "several metrics and groupings are not adjusted for one another."
)


def figure(column: Column, found: GroupFigure) -> str:
    """A group's figure with its interval, and a remark where it is small."""
    if math.isnan(found.value):
        return MISSING
    ends = "" if math.isnan(found.low) else f" ({column.format(found.low)} to {column.format(found.high)})"
    small = "" if found.ranked else f", {found.num_tasks} tasks: not ranked"
    return f"{column.format(found.value)}{ends}{small}"


def gap(metric: GroupedMetric, method: MethodGroups) -> str:
    """The gap between a method's best and worst group."""
    found, column, names = method.gap, metric.column, metric.groups.names
    if found is None:
        return f"{MISSING} (fewer than two groups of {MIN_TASKS} tasks or more)"
    ends = "" if math.isnan(found.low) else f" ({column.format(found.low)} to {column.format(found.high)})"
    return f"{column.format(found.value)}{ends}, best {names[found.best]}, worst {names[found.worst]}"


def unknown(found: GroupedTable) -> str:
    """Which groupings a table's dataset knows nothing of."""
    return f"Not known of these faces: {', '.join(found.unknown)}."


def heading(metric: GroupedMetric) -> str:
    """The metric and the grouping."""
    unit = f" ({metric.column.facts.unit})" if metric.column.facts.unit else ""
    return f"{metric.column.facts.title}{unit} {metric.column.arrow} by {metric.groups.by}"
