"""The win matrix for print: on what share of metrics a row is significantly better than a column."""

from __future__ import annotations

import textwrap
from typing import Final

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from benchmark.tables.pairwise import Differences
from reports.rendering.figures import BETTER

DARK: Final = 0.8
"""Share from which a cell is so dark that its text is white."""


def draw_wins(compared: Differences) -> Figure | None:
    """One cell per pair, with wins out of metrics whose difference has an interval; None where no pair has any."""
    number = len(compared.methods)
    found = compared.win_matrix
    tested = np.array([[wins.tested for wins in of_row] for of_row in found])
    if number < 2 or not tested.any():
        return None
    wins = np.array([[len(wins.metrics) for wins in of_row] for of_row in found])
    shares = np.divide(wins, tested, out=np.full(wins.shape, np.nan), where=tested > 0)
    said = np.array([f"{wins[cell]}/{of}" if of else "" for cell, of in np.ndenumerate(tested)]).reshape(tested.shape)
    names = [textwrap.fill(row.title, 24) for row in compared.methods]
    margin = 0.4 + 0.06 * max(len(line) for name in names for line in name.split("\n"))
    figure = Figure(figsize=(margin + 0.42 * number + 0.9, margin + 0.3 * number), layout="constrained")
    panel = figure.subplots()
    colours = LinearSegmentedColormap.from_list("share", ["#EFF1F3", BETTER])
    shown = panel.pcolormesh(
        np.ma.masked_invalid(shares), cmap=colours, vmin=0, vmax=1, edgecolors="white", linewidth=0.6
    )
    figure.colorbar(shown, ax=panel, label="share of metrics won")
    for (row, column), text in np.ndenumerate(said):
        colour = "white" if shares[row, column] > DARK else "#262626"
        panel.text(column + 0.5, row + 0.5, text, color=colour, size=7, ha="center", va="center")
    panel.invert_yaxis()
    panel.spines[:].set_visible(False)
    panel.set_xticks(np.arange(number) + 0.5, names, rotation=90, parse_math=False)
    panel.set_yticks(np.arange(number) + 0.5, names, rotation=0, parse_math=False)
    panel.set_xlabel("worse")
    panel.set_ylabel("better")
    panel.grid(visible=False)
    panel.tick_params(length=0)
    return figure
