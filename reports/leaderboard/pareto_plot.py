"""Trade-offs for print: quality against cost, and edit success against identity."""

from __future__ import annotations

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.tables.table import Column, Row, Table
from reports.rendering.figures import BETTER, Mark, marks
from benchmark.tables.pareto_front import TRADE_OFFS, chosen_column, undominated

MAX_METHODS: Final = 16
_LOG_FROM: Final = 20.0
"""Costs that span more than this factor are drawn on a logarithmic scale."""
_PANEL: Final = (3.3, 2.7)


def draw_pareto(table: Table) -> Figure | None:
    """A panel a trade-off, with one legend; None where no two methods have both figures of any.

    The line joins the learned methods that no other learned method beats on both metrics.
    """
    rows = [row for row in table.rows if row.kind != "real"]
    rows = sorted(rows, key=lambda row: row.kind != "learned")[:MAX_METHODS]
    known = {cell.column.id for row in rows for cell in row.cells if cell.value is not None}
    axes: list[tuple[Column, Column]] = []
    for each in TRADE_OFFS:
        y = chosen_column(each.y, table.columns, known)
        x = chosen_column([name for name in each.x if y is None or name != y.id], table.columns, known)
        if x is not None and y is not None and (x, y) not in axes:
            axes.append((x, y))
    axes = [(x, y) for x, y in axes if sum(_point(row, x, y) is not None for row in rows) > 1]
    if not axes:
        return None
    rows = [row for row in rows if any(_point(row, x, y) is not None for x, y in axes)]
    of_rows = marks([row.kind for row in rows])
    legend = 0.9 + 0.065 * max(len(row.title) for row in rows)
    figure = Figure(figsize=(_PANEL[0] * len(axes) + legend, _PANEL[1]), layout="constrained")
    panels = figure.subplots(1, len(axes), squeeze=False)[0]
    for panel, (x, y) in zip(panels, axes, strict=True):
        _panel(panel, rows, of_rows, x, y)
    handles = {
        text: handle
        for panel in panels
        for handle, text in zip(*panel.get_legend_handles_labels(), strict=True)
        if text.isdigit()
    }
    numbers = sorted(handles, key=int)
    drawn = figure.legend(
        [handles[number] for number in numbers],
        [rows[int(number)].title for number in numbers],
        loc="outside right center",
    )
    for text in drawn.get_texts():
        text.set_parse_math(False)
    return figure


def _panel(panel: Axes, rows: list[Row], of_rows: list[Mark], x: Column, y: Column) -> None:
    points = {place: point for place, row in enumerate(rows) if (point := _point(row, x, y)) is not None}
    learned = [place for place in points if rows[place].kind == "learned"]
    signs = [1 if column.facts.direction == "up" else -1 for column in (x, y)]
    front = undominated([(signs[0] * points[place][0], signs[1] * points[place][1]) for place in learned])
    line = sorted(points[learned[place]] for place in front)
    if len(line) > 1:
        panel.plot(*zip(*line, strict=True), color=BETTER, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    for place, (across, up) in points.items():
        mark = of_rows[place]
        panel.plot(
            across,
            up,
            linestyle="none",
            marker=mark.marker,
            markersize=6,
            markerfacecolor=mark.face,
            markeredgecolor=mark.colour,
            markeredgewidth=1.1,
            label=str(place),
        )
    panel.set_xlabel(_title(x), parse_math=False)
    panel.set_ylabel(_title(y), parse_math=False)
    for column, values, scale in zip(
        (x, y), zip(*points.values(), strict=True), (panel.set_xscale, panel.set_yscale), strict=True
    ):
        if column.facts.level == "cost" and min(values) > 0 and max(values) / min(values) > _LOG_FROM:
            scale("log")
    panel.margins(0.08)


def _point(row: Row, x: Column, y: Column) -> tuple[float, float] | None:
    by_id = {cell.column.id: cell.value for cell in row.cells}
    across, up = by_id.get(x.id), by_id.get(y.id)
    return None if across is None or up is None else (across, up)


def _title(column: Column) -> str:
    unit = f" ({column.facts.unit})" if column.facts.unit else ""
    return f"{column.facts.title}{unit} {column.arrow}"
