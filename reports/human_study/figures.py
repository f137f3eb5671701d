"""Preferences of a human study for print: a line a method, with its 95% interval."""

from __future__ import annotations

import textwrap

from matplotlib.figure import Figure

from benchmark.human_study.analysis.findings import Findings, Part
from reports.human_study import wording as words
from reports.rendering.figures import BETTER, LEVEL


def draw_preferences(findings: Findings, part: Part) -> Figure | None:
    """Each method's preference, in the order of the table, filled where no method is better beyond doubt.

    Names are drawn as they are.

    Returns:
        The figure; None where no method has a figure.
    """
    found = [each for each in part.methods if each.preference.value is not None]
    if not found:
        return None
    scale = 1.0 if findings.mode == "mos" else 100.0
    figure = Figure(figsize=(4.6, 0.7 + 0.24 * len(found)), layout="constrained")
    panel = figure.subplots()
    even = {"2afc": 50.0, "realfake": 50.0}.get(findings.mode)
    if even is not None:
        panel.axvline(even, color="#444", linewidth=0.7, zorder=1)
    for place, each in enumerate(found):
        preference, colour = each.preference, BETTER if each.rank == 1 else LEVEL
        assert preference.value is not None
        if preference.low is not None and preference.high is not None:
            panel.plot([scale * preference.low, scale * preference.high], [place, place], color=colour, linewidth=1.4)
        filled = colour if each.rank == 1 else "white"
        panel.plot(scale * preference.value, place, "o", color=colour, markersize=4.5, markerfacecolor=filled)
    names = [textwrap.fill(words.method(each), 32) for each in found]
    panel.set_yticks(range(len(found)), names, parse_math=False)
    panel.set_ylim(len(found) - 0.5, -0.5)
    panel.set_xlabel(f"{words.PREFERENCE[findings.mode]} ({words.unit(findings)})")
    panel.set_title(textwrap.fill(words.heading(findings, part), 60), parse_math=False)
    panel.grid(visible=False, axis="y")
    panel.tick_params(axis="y", length=0)
    return figure
