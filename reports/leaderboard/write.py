"""The leaderboard: every method's figures on each dataset and protocol, in five formats."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final

from benchmark.results.comparability import IncomparableError
from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.human_study.analysis.findings import Findings
from benchmark.results.schema import Result
from registry.errors import UnknownNameError, unknown
from reports.leaderboard import csv_file as csv_table, html_page as html, json_file as json_table, latex, markdown
from benchmark.tables.pairwise import differences
from reports.leaderboard.edit_grid import EditGrids, write_edit_grids
from reports.leaderboard.figures import write_print_figures
from benchmark.tables.build_tables import tabulate

__all__ = ["FORMATS", "IncomparableError", "write_leaderboard"]

TITLE: Final = "Leaderboard of face-editing methods"
FORMATS: Final = ("md", "html", "tex", "csv", "json")
"""Each the suffix of its file, in the order of writing."""


def write_leaderboard(
    results: Sequence[tuple[Path, Result]],
    out: Path,
    allow_mixed: bool = False,
    embed_samples: bool = True,
    formats: Collection[str] = FORMATS,
    human: Findings | None = None,
) -> list[Path]:
    """Write `leaderboard.md`, `.html`, `.tex`, `.csv`, `.json`, pictures of edits and figures for print, atomically.

    Args:
        results: results with the `result.json` that each was read from; per-task scores are looked for beside it.
        out: folder to write to, created where it is missing.
        allow_mixed: split runs that cannot be compared into tables of their own, rather than refuse them.
        embed_samples: inline pictures of edits in the HTML page.
        formats: only these of `FORMATS`; the pictures of edits belong to "md", the figures for print to "html".
        human: what a human study found, for a column of it.

    Returns:
        The files written.

    Raises:
        IncomparableError: if runs of one dataset and protocol cannot be compared and `allow_mixed` is false.
        UnknownNameError: if there is no such format.
    """
    for name in formats:
        if name not in FORMATS:
            raise UnknownNameError(unknown("format", name, FORMATS))
    tables = tabulate(results, allow_mixed, human)
    compared = [differences(table, results) for table in tables] if "html" in formats else []
    grids: EditGrids = write_edit_grids(results, out) if "md" in formats else {}
    render: dict[str, Callable[[], str]] = {
        "md": lambda: markdown.render(tables, TITLE, grids),
        "html": lambda: html.render(tables, compared, results, TITLE, embed_samples),
        "tex": lambda: latex.render(tables),
        "csv": lambda: csv_table.render(tables),
        "json": lambda: json_table.render(tables),
    }
    pages = {out / f"leaderboard.{name}": render[name]() for name in FORMATS if name in formats}
    for path, text in pages.items():
        write_text_atomically(path, text)
    figures = write_print_figures(tables, compared, out / "figures") if compared else []
    return [*pages, *(picture for pictures in grids.values() for picture in pictures), *figures]
