"""The win matrix for print: on what share of metrics a row is better than a column beyond doubt."""

from __future__ import annotations

import textwrap

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure

from benchmark.tables.pairwise import Differences
from reports.rendering.figures import BETTER


def draw_wins(compared: Differences) -> Figure | None:
    """A cell a pair, with wins out of metrics whose difference has an interval; None where no pair has any."""
    number = len(compared.methods)
    tested = np.array([[compared.tested(ours, theirs) for theirs in range(number)] for ours in range(number)])
    if number < 2 or not tested.any():
        return None
    wins = np.array([[len(compared.wins(ours, theirs)) for theirs in range(number)] for ours in range(number)])
    shares = np.divide(wins, tested, out=np.full(wins.shape, np.nan), where=tested > 0)
    said = np.array([f"{wins[cell]}/{of}" if of else "" for cell, of in np.ndenumerate(tested)]).reshape(tested.shape)
    names = [textwrap.fill(each.row.title, 24) for each in compared.methods]
    margin = 0.4 + 0.06 * max(len(line) for name in names for line in name.split("\n"))
    figure = Figure(figsize=(margin + 0.42 * number + 0.9, margin + 0.3 * number), layout="constrained")
    panel = figure.subplots()
    sns.heatmap(
        shares,
        ax=panel,
        annot=said,
        fmt="",
        annot_kws={"size": 7},
        cmap=sns.light_palette(BETTER, as_cmap=True),
        vmin=0,
        vmax=1,
        linewidths=0.6,
        mask=np.isnan(shares),
        cbar_kws={"label": "share of metrics won"},
    )
    panel.set_xticks(np.arange(number) + 0.5, names, rotation=90, parse_math=False)
    panel.set_yticks(np.arange(number) + 0.5, names, rotation=0, parse_math=False)
    panel.set_xlabel("worse")
    panel.set_ylabel("better")
    panel.grid(visible=False)
    panel.tick_params(length=0)
    return figure
