"""Differences to one method for print: a panel a metric, a line a method, with its 95% interval."""

from __future__ import annotations

import textwrap
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.tables.table import Column
from benchmark.tables.pairwise import Differences, Gain
from reports.rendering.figures import BETTER, LEVEL, WORSE

_COLUMNS: Final = 3
_LINE: Final = 0.16
_PANEL: Final = 1.75


def draw_forest(compared: Differences, reference: int) -> Figure | None:
    """Every method's gain over one of them, on each metric; None where there is none.

    Args:
        compared: the differences.
        reference: place of the method that the others are set against.
    """
    others = [place for place in range(len(compared.methods)) if place != reference]
    columns = [each for each in compared.columns if _tested(compared, each, reference)]
    if not columns:
        return None
    rows = -(-len(columns) // _COLUMNS)
    names = [textwrap.fill(compared.methods[place].row.title, 24) for place in others]
    margin = 0.4 + 0.06 * max(len(line) for name in names for line in name.split("\n"))
    wide = min(_COLUMNS, len(columns))
    height = (0.45 + _LINE * sum(name.count("\n") + 1 for name in names)) * rows + 0.35
    figure = Figure(figsize=(margin + _PANEL * wide, height), layout="constrained")
    panels = figure.subplots(rows, wide, squeeze=False, sharey=True).ravel()
    for panel, column in zip(panels, columns, strict=False):
        _panel(panel, column, [compared.gains.get((column.id, place, reference)) for place in others])
    for panel in panels[len(columns) :]:
        panel.set_axis_off()
    panels[0].set_yticks(range(len(others)), names, parse_math=False)
    panels[0].set_ylim(len(others) - 0.5, -0.5)
    figure.suptitle(
        f"Gain over {compared.methods[reference].row.title}: right of the line is better", fontsize=8, parse_math=False
    )
    return figure


def _tested(compared: Differences, column: Column, reference: int) -> bool:
    """Whether any difference to the reference on this metric has an interval."""
    found = (compared.gains.get((column.id, place, reference)) for place in range(len(compared.methods)))
    return any(gain is not None and gain.low is not None for gain in found)


def _panel(panel: Axes, column: Column, gains: list[Gain | None]) -> None:
    panel.axvline(0, color="#444", linewidth=0.7, zorder=1)
    for place, gain in enumerate(gains):
        if gain is None:
            continue
        colour = BETTER if gain.beyond_doubt else WORSE if gain.mirrored.beyond_doubt else LEVEL
        if gain.low is not None and gain.high is not None:
            panel.plot([gain.low, gain.high], [place, place], color=colour, linewidth=1.2)
        panel.plot(
            gain.value,
            place,
            marker="o" if colour == LEVEL else ">" if colour == BETTER else "<",
            markersize=4.5,
            color=colour,
            markerfacecolor="white" if colour == LEVEL else colour,
        )
    unit = f" ({column.facts.unit})" if column.facts.unit else ""
    panel.set_title(textwrap.fill(column.facts.title + unit, 26), parse_math=False)
    panel.grid(visible=False, axis="y")
    panel.tick_params(axis="y", length=0)
    panel.locator_params(axis="x", nbins=4)
