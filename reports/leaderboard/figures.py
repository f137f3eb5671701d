"""The figures of a leaderboard as files for print, SVG and PNG, beside its pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from benchmark.tables.pairwise import Differences
from benchmark.tables.table import Table
from reports.leaderboard.forest_plot import draw_forest
from reports.leaderboard.pareto_plot import draw_pareto
from reports.leaderboard.strength_plot import draw_curves, draw_operating_points
from reports.leaderboard.win_matrix import draw_wins
from reports.rendering.figures import print_style, write_figure


def write_print_figures(tables: Sequence[Table], compared: Sequence[Differences], folder: Path) -> list[Path]:
    """Write `pareto-`, `forest-`, `wins-`, `curves-` and `operating-DATASET-PROTOCOL` of tables that have these.

    Args:
        tables: of the leaderboard.
        compared: the differences within each of them.
        folder: to write to, created where it is missing.
    """
    written: list[Path] = []
    with print_style():
        for table, differences in zip(tables, compared, strict=True):
            figures = {
                "pareto": draw_pareto(table),
                "forest": draw_forest(differences, differences.reference),
                "wins": draw_wins(differences),
                "curves": draw_curves(table),
                "operating": draw_operating_points(table),
            }
            part = f"-{table.part[0]}" if table.part else ""
            for name, figure in figures.items():
                if figure is not None:
                    path = folder / f"{name}-{_plain(table.dataset)}-{_plain(table.protocol)}{part}"
                    written.extend(write_figure(figure, path))
    return written


def _plain(name: str) -> str:
    """A name from a result file as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", name)
