"""Trade-offs for print: quality against cost, and edit success against identity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.tables.pareto_front import ParetoPlot, pareto_plot, trade_off_columns
from benchmark.tables.table import Column, Table
from reports.rendering.figures import BETTER, Mark, marks

MAX_METHODS: Final = 16
_LOG_FROM: Final = 20.0
"""Costs that span more than this factor are drawn on a logarithmic scale."""
_PANEL: Final = (3.3, 2.7)


def draw_pareto(table: Table) -> Figure | None:
    """One panel per trade-off, with one legend; None where no two methods have both figures of any.

    The line joins the learned methods that no other learned method beats on both metrics.
    """
    rows = [row for row in table.rows if row.kind != "real"]
    rows = sorted(rows, key=lambda row: row.kind != "learned")[:MAX_METHODS]
    plots = [pareto_plot(rows, x, y) for x, y in trade_off_columns(rows)] if rows else []
    plots = [plot for plot in plots if len(plot.points) > 1]
    if not plots:
        return None
    shown = sorted({number for plot in plots for number in plot.points})
    marks_of = dict(zip(shown, marks([rows[number].kind for number in shown]), strict=True))
    legend = 0.9 + 0.065 * max(len(rows[number].title) for number in shown)
    figure = Figure(figsize=(_PANEL[0] * len(plots) + legend, _PANEL[1]), layout="constrained")
    panels = figure.subplots(1, len(plots), squeeze=False)[0]
    for panel, plot in zip(panels, plots, strict=True):
        _panel(panel, plot, marks_of)
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


def _panel(panel: Axes, plot: ParetoPlot, marks_of: Mapping[int, Mark]) -> None:
    if len(plot.front) > 1:
        line = [plot.points[number] for number in plot.front]
        panel.plot(*zip(*line, strict=True), color=BETTER, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    for number, (across, up) in plot.points.items():
        mark = marks_of[number]
        panel.plot(
            across,
            up,
            linestyle="none",
            marker=mark.marker,
            markersize=6,
            markerfacecolor=mark.face,
            markeredgecolor=mark.colour,
            markeredgewidth=1.1,
            label=str(number),
        )
    panel.set_xlabel(_title(plot.x), parse_math=False)
    panel.set_ylabel(_title(plot.y), parse_math=False)
    for column, values, scale in zip(
        (plot.x, plot.y), zip(*plot.points.values(), strict=True), (panel.set_xscale, panel.set_yscale), strict=True
    ):
        if column.facts.level == "cost" and min(values) > 0 and max(values) / min(values) > _LOG_FROM:
            scale("log")
    panel.margins(0.08)


def _title(column: Column) -> str:
    unit = f" ({column.facts.unit})" if column.facts.unit else ""
    return f"{column.facts.title}{unit} {column.arrow}"
