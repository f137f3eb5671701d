"""The leaderboard: every method's figures on each dataset and protocol, as Markdown and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.comparable import IncomparableError
from benchmark.files import write_text_atomically
from benchmark.results import Result
from reports import html, markdown
from reports.differences import differences
from reports.edit_grid import write_edit_grids
from reports.print_figures import write_print_figures
from reports.tables import tabulate

__all__ = ["IncomparableError", "write_leaderboard"]

TITLE = "Leaderboard of face-editing methods"


def write_leaderboard(
    results: Sequence[tuple[Path, Result]], out: Path, allow_mixed: bool = False, embed_samples: bool = True
) -> list[Path]:
    """Write `leaderboard.md`, `leaderboard.html`, the pictures of edits and the figures for print, each atomically.

    Args:
        results: results with the `result.json` that each was read from.
        out: folder to write to, created where it is missing.
        allow_mixed: split runs that cannot be compared into tables of their own, rather than refuse them.
        embed_samples: inline pictures of edits in the HTML page.

    Returns:
        The files written.

    Raises:
        IncomparableError: if runs of one dataset and protocol cannot be compared and `allow_mixed` is false.
    """
    tables = tabulate(results, allow_mixed)
    compared = [differences(table, results) for table in tables]
    grids = write_edit_grids(results, out)
    pages = {
        out / "leaderboard.md": markdown.render(tables, TITLE, grids),
        out / "leaderboard.html": html.render(tables, compared, results, TITLE, embed_samples),
    }
    for path, text in pages.items():
        write_text_atomically(path, text)
    figures = write_print_figures(tables, compared, out / "figures")
    return [*pages, *(picture for pictures in grids.values() for picture in pictures), *figures]
