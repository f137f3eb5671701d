"""The leaderboard: every method's figures on each dataset and protocol, as pages in five formats and as figures."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final

from threadpoolctl import threadpool_limits

from benchmark.human_study.analysis.findings import Findings
from benchmark.results.comparability import IncomparableError
from benchmark.results.find_results import FinishedRun
from benchmark.results.task_scores import ScoreFiles
from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.tables.build_tables import tabulate
from benchmark.tables.pairwise import differences
from registry.errors import UnknownNameError, unknown
from reports.leaderboard import csv_file as csv_table
from reports.leaderboard import html_page as html
from reports.leaderboard import json_file as json_table
from reports.leaderboard import latex, markdown
from reports.leaderboard.edit_grid import EditGrids, write_edit_grids

__all__ = ["FORMATS", "PAGE_FORMATS", "IncomparableError", "write_leaderboard"]

TITLE: Final = "Leaderboard of face-editing methods"
PAGE_FORMATS: Final = ("md", "html", "tex", "csv", "json")
"""Each the suffix of its file, in the order of writing."""
FORMATS: Final = (*PAGE_FORMATS, "figures")
"""The pages, and the figures for print, which take longer to draw than all pages."""


def write_leaderboard(
    runs: Sequence[FinishedRun],
    out: Path,
    allow_mixed: bool = False,
    embed_samples: bool = True,
    formats: Collection[str] = FORMATS,
    human: Findings | None = None,
    unusable: int = 0,
) -> list[Path]:
    """Write `leaderboard.md`, `.html`, `.tex`, `.csv`, `.json`, pictures of edits and figures for print, atomically.

    Args:
        runs: results with the `result.json` that each was read from; per-task scores are looked for beside it.
        out: folder to write to, created where it is missing.
        allow_mixed: split runs that cannot be compared into tables of their own, rather than refuse them.
        embed_samples: inline pictures of edits in the HTML page.
        formats: only these of `FORMATS`; the pictures of edits belong to "md".
        human: what a human study found, for a column of it.
        unusable: how many more results there were, which could not be read; the pages say so.

    Returns:
        The files written.

    Raises:
        IncomparableError: if runs of one dataset and protocol cannot be compared and `allow_mixed` is false.
        UnknownNameError: if there is no such format.
    """
    for name in formats:
        if name not in FORMATS:
            raise UnknownNameError(unknown("format", name, FORMATS))
    files = ScoreFiles()
    with threadpool_limits(1, "blas"):  # of products as small as these threads cost more time than they save
        tables = tabulate(runs, allow_mixed, human, files)
        compared = [differences(table, files) for table in tables] if {"html", "figures"} & set(formats) else []
    grids: EditGrids = write_edit_grids(runs, out, files) if "md" in formats else {}
    render: dict[str, Callable[[], str]] = {
        "md": lambda: markdown.render(tables, TITLE, grids, unusable),
        "html": lambda: html.render(tables, compared, runs, files, TITLE, embed_samples, unusable),
        "tex": lambda: latex.render(tables),
        "csv": lambda: csv_table.render(tables),
        "json": lambda: json_table.render(tables, unusable),
    }
    pages = {out / f"leaderboard.{name}": render[name]() for name in PAGE_FORMATS if name in formats}
    for path, text in pages.items():
        write_text_atomically(path, text)
    written = [*pages, *(picture for pictures in grids.values() for picture in pictures)]
    if "figures" in formats:
        # imported here: what draws them takes seconds to import
        from reports.leaderboard.figures import write_print_figures

        written += write_print_figures(tables, compared, out / "figures")
    return written
