"""Figures by group as GitHub Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.tables.by_group import GroupedMetric, GroupedTable
from reports.groups import wording
from reports.leaderboard.wording import heading
from reports.rendering.markdown import line, plain


def render(tables: Sequence[GroupedTable]) -> str:
    """The whole page."""
    parts = [f"# {plain(wording.TITLE)}", plain(wording.RULE)]
    for found in tables:
        parts.append(f"## {plain(heading(found.table))}")
        if found.reason is not None:
            parts.append(plain(f"None: {found.reason}."))
        if found.unknown:
            parts.append(plain(wording.unknown(found)))
        parts.extend(_section(metric) for metric in found.metrics)
    return "\n\n".join(parts) + "\n"


def _section(metric: GroupedMetric) -> str:
    names = metric.groups.names
    lines = [f"### {plain(wording.heading(metric))}", "", line("Method", *map(plain, names), "Gap")]
    lines.append(line("---", *("---:" for _ in names), "---"))
    for method in metric.methods:
        cells = (plain(wording.figure(metric.column, figure)) for figure in method.figures)
        lines.append(line(plain(method.method), *cells, plain(wording.gap(metric, method))))
    return "\n".join(lines)
