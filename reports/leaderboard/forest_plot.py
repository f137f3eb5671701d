"""Differences to one method for print: a panel per metric, a line per method, with its 95% interval."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.tables.pairwise import Differences, Gain, Verdict
from benchmark.tables.table import Column
from reports.rendering.figures import BETTER, LEVEL, WORSE

_COLUMNS: Final = 3
_LINE: Final = 0.16
_PANEL: Final = 1.75
_LOOKS: Final[Mapping[Verdict, tuple[str, str]]] = {
    "better": (BETTER, ">"),
    "worse": (WORSE, "<"),
    "level": (LEVEL, "o"),
    "untested": (LEVEL, "o"),
}
"""Colour and marker; what is neither better nor worse is hollow."""


def draw_forest(compared: Differences, reference: int) -> Figure | None:
    """Every method's gain over one of them, on each metric; None where there is none.

    Args:
        compared: the differences.
        reference: place of the method that the others are set against.
    """
    others = [place for place in range(len(compared.methods)) if place != reference]
    found = compared.forest(reference)
    if not found:
        return None
    rows = -(-len(found) // _COLUMNS)
    names = [textwrap.fill(compared.methods[place].title, 24) for place in others]
    margin = 0.4 + 0.06 * max(len(line) for name in names for line in name.split("\n"))
    wide = min(_COLUMNS, len(found))
    height = (0.45 + _LINE * sum(name.count("\n") + 1 for name in names)) * rows + 0.35
    figure = Figure(figsize=(margin + _PANEL * wide, height), layout="constrained")
    grid = figure.subplots(rows, wide, squeeze=False, sharey=True)
    for panel in grid[:, 1:].ravel():  # their ticks bear no names, but would be laid out all the same
        panel.yaxis.set_visible(False)
    panels = grid.ravel()
    for panel, of_metric in zip(panels, found, strict=False):
        _panel(panel, of_metric.column, {others.index(place): gain for place, gain in of_metric.gains.items()})
    for panel in panels[len(found) :]:
        panel.set_axis_off()
    panels[0].set_yticks(range(len(others)), names, parse_math=False)
    panels[0].set_ylim(len(others) - 0.5, -0.5)
    figure.suptitle(
        f"Gain over {compared.methods[reference].title}: right of the line is better", fontsize=8, parse_math=False
    )
    return figure


def _panel(panel: Axes, column: Column, gains: Mapping[int, Gain]) -> None:
    """Draw a metric's gains, by the line that each stands on."""
    panel.axvline(0, color="#444", linewidth=0.7, zorder=1)
    for verdict, (colour, marker) in _LOOKS.items():
        of_verdict = {line: gain for line, gain in gains.items() if gain.verdict == verdict}
        if not of_verdict:
            continue
        lines = list(of_verdict)
        ends = [(gain.low, gain.high) for gain in of_verdict.values() if gain.low is not None and gain.high is not None]
        if ends:
            panel.hlines(lines, *zip(*ends, strict=True), color=colour, linewidth=1.2)
        panel.plot(
            [gain.value for gain in of_verdict.values()],
            lines,
            linestyle="none",
            marker=marker,
            markersize=4.5,
            color=colour,
            markerfacecolor="white" if colour == LEVEL else colour,
        )
    unit = f" ({column.facts.unit})" if column.facts.unit else ""
    panel.set_title(textwrap.fill(column.facts.title + unit, 26), parse_math=False)
    panel.grid(visible=False, axis="y")
    panel.tick_params(axis="y", length=0)
    panel.locator_params(axis="x", nbins=4)
