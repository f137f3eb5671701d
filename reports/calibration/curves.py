"""A calibration's curves as one SVG per protocol: one row per metric, one column per degradation."""

from __future__ import annotations

import io
import textwrap
from typing import Any, Final

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmark.calibration.schema import Calibration, Curve, DegradationInfo
from reports.calibration.wording import metric_name

_COLOURS: Final = {"sees": "#2458b3", "blind": "#8a9097", "misleads": "#c0392b"}
_PANEL: Final = (1.45, 1.1)
_STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.edgecolor": "#444",
    "axes.labelcolor": "#222",
    "text.color": "#222",
    "xtick.color": "#444",
    "ytick.color": "#444",
    "xtick.labelsize": 6,
    "ytick.labelsize": 6,
    "xtick.major.size": 2,
    "ytick.major.size": 2,
}


def draw_curves(calibration: Calibration, name: str) -> str:
    """The curves of all metrics that have any, with their 95% intervals, as an SVG file's text.

    Names are drawn unchanged, never as mathematics, and are escaped in the file. Equal calibrations give equal files.
    """
    protocol = calibration.protocols[name]
    metrics = [metric for metric, found in protocol.metrics.items() if found.curves]
    rows, columns = max(len(metrics), 1), len(protocol.degradations)
    with rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(1.2 + _PANEL[0] * columns, 0.6 + _PANEL[1] * rows), layout="constrained")
        panels = figure.subplots(rows, columns, sharex="col", sharey="row", squeeze=False)
        for row, metric in zip(panels, metrics, strict=False):
            for panel, (key, degradation) in zip(row, protocol.degradations.items(), strict=True):
                _panel(panel, protocol.metrics[metric].curves[key], degradation)
            title = textwrap.fill(metric_name(calibration.metrics[metric]), 16)
            row[0].set_ylabel(title, rotation=0, ha="right", va="center", parse_math=False)
        for panel, degradation in zip(panels[0], protocol.degradations.values(), strict=True):
            panel.set_title(degradation.title, fontsize=8, parse_math=False)
        for panel, degradation in zip(panels[-1], protocol.degradations.values(), strict=True):
            panel.set_xlabel(degradation.unit, fontsize=7, parse_math=False)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()


def _panel(panel: Axes, curve: Curve, degradation: DegradationInfo) -> None:
    """One curve over evenly spaced strengths, which mostly double."""
    levels, values, margins = np.arange(len(curve.figures)), np.array(curve.figures), np.array(curve.margins)
    colour = _COLOURS[curve.verdict]
    panel.fill_between(levels, values - margins, values + margins, color=colour, alpha=0.2, linewidth=0)
    panel.plot(levels, values, color=colour, linewidth=1.2, marker="o", markersize=2)
    panel.set_xticks(levels, [f"{strength:g}" for strength in degradation.strengths])
    panel.margins(x=0.06)
    panel.locator_params(axis="y", nbins=3)
