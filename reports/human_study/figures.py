"""Preferences of a human study for print: one line per method, with its 95% interval."""

from __future__ import annotations

import textwrap

from matplotlib.figure import Figure

from benchmark.human_study.analysis.findings import Findings, Part
from reports.human_study import wording
from reports.rendering.figures import BETTER, LEVEL


def draw_preferences(findings: Findings, part: Part) -> Figure | None:
    """Each method's preference, in the order of the table, filled where no method is significantly better.

    Names are drawn unchanged.

    Returns:
        The figure; None where no method has a value.
    """
    methods = [finding for finding in part.methods if finding.preference.value is not None]
    if not methods:
        return None
    scale = 1.0 if findings.mode == "mos" else 100.0
    figure = Figure(figsize=(4.6, 0.7 + 0.24 * len(methods)), layout="constrained")
    panel = figure.subplots()
    even = {"2afc": 50.0, "realfake": 50.0}.get(findings.mode)
    if even is not None:
        panel.axvline(even, color="#444", linewidth=0.7, zorder=1)
    for row, finding in enumerate(methods):
        preference, colour = finding.preference, BETTER if finding.rank == 1 else LEVEL
        assert preference.value is not None
        if preference.low is not None and preference.high is not None:
            panel.plot([scale * preference.low, scale * preference.high], [row, row], color=colour, linewidth=1.4)
        filled = colour if finding.rank == 1 else "white"
        panel.plot(scale * preference.value, row, "o", color=colour, markersize=4.5, markerfacecolor=filled)
    names = [textwrap.fill(wording.method(finding), 32) for finding in methods]
    panel.set_yticks(range(len(methods)), names, parse_math=False)
    panel.set_ylim(len(methods) - 0.5, -0.5)
    panel.set_xlabel(f"{wording.PREFERENCE[findings.mode]} ({wording.unit(findings)})")
    panel.set_title(textwrap.fill(wording.heading(findings, part), 60), parse_math=False)
    panel.grid(visible=False, axis="y")
    panel.tick_params(axis="y", length=0)
    return figure
