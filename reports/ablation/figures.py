"""Figures of an ablation, for print and for pages: gains with their intervals, and factors' levels together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, cycle
from typing import Final

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.ablation.study import AblationStudy
from benchmark.ablation.tables import AblationTable, ChangeRow
from benchmark.tables.table import Column
from reports.ablation import wording as words
from reports.rendering.figures import BETTER, LEVEL, MARKERS, WORSE, print_style

_IN_ROW: Final = 4


def draw_gains(table: AblationTable) -> Figure:
    """A panel a metric, a line a change: its gain and 95% interval, filled where it is told apart from the full method.

    Names are drawn as they are.
    """
    rows = list(words.with_figures(table))
    with print_style():
        columns = [column for column in table.columns if any(_has_interval(row, column) for row in rows)]
        wide = min(_IN_ROW, max(len(columns), 1))
        high = -(-len(columns) // wide) or 1
        figure = Figure(figsize=(1.6 + 1.75 * wide, 0.5 + high * (0.55 + 0.22 * len(rows))), layout="constrained")
        panels = figure.subplots(high, wide, sharey=True, squeeze=False).flatten()
        for panel, column in zip(panels, columns, strict=False):
            _gains(panel, column, rows)
        for panel in panels[len(columns) :]:
            panel.set_visible(False)
        return figure


def _has_interval(row: ChangeRow, column: Column) -> bool:
    contrast = row.contrasts.get(column.id)
    return contrast is not None and contrast.match.low is not None


def _gains(panel: Axes, column: Column, rows: Sequence[ChangeRow]) -> None:
    panel.axvline(0, color="#444", linewidth=0.6)
    for place, row in enumerate(rows):
        contrast = row.contrasts.get(column.id)
        if contrast is None or (gain := contrast.match.gain) is None:
            continue
        match = contrast.match
        colour = {"better": BETTER, "worse": WORSE}.get(contrast.verdict, LEVEL)
        if match.low is not None and match.high is not None:
            panel.plot([match.low, match.high], [place, place], color=colour, linewidth=1.4, solid_capstyle="butt")
        filled = words.told_apart(contrast)
        panel.plot(gain, place, "o", color=colour, markersize=4, markerfacecolor=colour if filled else "white")
    panel.set_title(column.facts.title, fontsize=8, parse_math=False)
    panel.set_yticks(range(len(rows)), [words.change(row.cell.changes) for row in rows], parse_math=False)
    panel.set_ylim(len(rows) - 0.4, -0.6)
    panel.margins(x=0.12)
    panel.locator_params(axis="x", nbins=3)
    panel.spines.left.set_visible(False)
    panel.grid(visible=False, axis="y")
    panel.tick_params(axis="y", length=0)


def draw_interactions(study: AblationStudy, table: AblationTable, columns: Sequence[Column]) -> Figure | None:
    """A row a metric, a panel a pair of factors: mean figures over the levels of one, a line a level of the other.

    Returns:
        The figure; None where there are no two factors.
    """
    pairs = list(combinations(study.factors, 2))
    if not pairs or not columns:
        return None
    levels = study.factor_levels
    with print_style():
        figure = Figure(figsize=(2.6 * len(pairs), 1.9 * len(columns)), layout="constrained")
        panels = figure.subplots(len(columns), len(pairs), squeeze=False)
        for line, column in zip(panels, columns, strict=True):
            for panel, (across, apart) in zip(line, pairs, strict=True):
                _interaction(panel, study, table, column, across, apart, levels)
        return figure


def _interaction(
    panel: Axes,
    study: AblationStudy,
    table: AblationTable,
    column: Column,
    across: str,
    apart: str,
    levels: dict[str, list[str]],
) -> None:
    cells = list(_cells(study, table, column))
    palette = sns.color_palette("colorblind", len(levels[apart]))
    for colour, marker, level in zip(palette, cycle(MARKERS), levels[apart], strict=False):
        apart_at = [(cell[across], value) for cell, value in cells if cell[apart] == level]
        means = [_mean([value for here, value in apart_at if here == each]) for each in levels[across]]
        name = f"{apart} {words.level(level)}"
        panel.plot(means, color=colour, marker=marker, linewidth=1.2, markersize=4, label=name)
    panel.set_xticks(range(len(levels[across])), [words.level(each) for each in levels[across]], parse_math=False)
    panel.set_xlabel(across, parse_math=False)
    panel.set_ylabel(f"{column.facts.title} {column.arrow}", parse_math=False)
    panel.margins(x=0.15)
    for text in panel.legend(frameon=False, fontsize=7).get_texts():
        text.set_parse_math(False)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _cells(study: AblationStudy, table: AblationTable, column: Column) -> Iterator[tuple[dict[str, str], float]]:
    if (full := table.reference.get(column.id)) is not None:
        yield study.levels({}), full.value
    for row in table.rows:
        contrast = row.contrasts.get(column.id)
        if contrast is not None and contrast.match.a is not None:
            yield study.levels(row.cell.changes), contrast.match.a.value
