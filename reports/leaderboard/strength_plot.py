"""Curves over strength, and over success, for print: a panel per metric, and in it a line per method."""

from __future__ import annotations

import textwrap
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.tables.by_attribute import GroupFigures
from benchmark.tables.by_strength import by_strength
from benchmark.tables.table import Column, Row, Table
from reports.rendering.figures import Mark, marks

MAX_METHODS: Final = 16
_COLUMNS: Final = 3
_PANEL: Final = (2.3, 1.9)


def draw_curves(table: Table) -> Figure | None:
    """Every metric that has figures by strength, with one legend; None where the table's tasks are of one strength."""
    return _draw(table, by_strength(table), None)


def draw_operating_points(table: Table) -> Figure | None:
    """What is preserved over success, a point per strength; None where the table has no operating points."""
    if table.operating is None:
        return None
    curves = {figures.column.id: figures for figures in by_strength(table)}
    found = [curves[column.id] for column in table.operating.preserved if column.id in curves]
    across = curves.get(table.operating.success.id)
    return None if across is None else _draw(table, found, across)


def _draw(table: Table, found: list[GroupFigures], across: GroupFigures | None) -> Figure | None:
    """A panel per metric of `found`, over the strengths or another metric."""
    places = sorted(range(len(table.rows)), key=lambda place: table.rows[place].kind != "learned")[:MAX_METHODS]
    if not found:
        return None
    places.sort()
    rows = [table.rows[place] for place in places]
    marks_of = marks([row.kind for row in rows])
    wide = min(_COLUMNS, len(found))
    high = -(-len(found) // wide)
    legend = 0.9 + 0.065 * max(len(row.title) for row in rows)
    figure = Figure(figsize=(_PANEL[0] * wide + legend, _PANEL[1] * high), layout="constrained")
    panels = figure.subplots(high, wide, squeeze=False).ravel()
    for panel, figures in zip(panels, found, strict=False):
        _panel(panel, figures, across, places, marks_of, rows)
    for panel in panels[len(found) :]:
        panel.set_axis_off()
    handles, titles = panels[0].get_legend_handles_labels()
    drawn = figure.legend(handles, titles, loc="outside right center")
    for text in drawn.get_texts():
        text.set_parse_math(False)
    return figure


def _panel(
    panel: Axes,
    figures: GroupFigures,
    across: GroupFigures | None,
    places: list[int],
    marks_of: list[Mark],
    rows: list[Row],
) -> None:
    strengths = [float(name) for name, _ in figures.groups]
    for place, mark, row in zip(places, marks_of, rows, strict=True):
        panel.plot(
            strengths if across is None else _values(across, place),
            _values(figures, place),
            color=mark.colour,
            linewidth=1.1,
            linestyle="-" if row.kind == "learned" else (0, (4, 2)),
            marker=mark.marker,
            markersize=4,
            markerfacecolor=mark.face,
            label=row.title,
        )
    panel.set_title(textwrap.fill(_titled(figures.column), 30), parse_math=False)
    if across is None:
        panel.set_xlabel("strength")
        panel.set_xticks(strengths, [f"{strength:g}" for strength in strengths])
    else:
        panel.set_xlabel(_titled(across.column), parse_math=False)


def _values(figures: GroupFigures, place: int) -> list[float]:
    """The figures of a method at each strength, NaN where there is none."""
    return [float("nan") if (value := cells[place].value) is None else value for _, cells in figures.groups]


def _titled(column: Column) -> str:
    unit = f" ({column.facts.unit})" if column.facts.unit else ""
    return f"{column.facts.title}{unit} {column.arrow}"
