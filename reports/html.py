"""Tables as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from benchmark.comparable import SHORT_HASH
from reports import words
from reports.cells import Table
from reports.pages import render_page
from reports.samples import RunSamples
from reports.tables import row_title


def render(tables: Sequence[Table], runs: Sequence[RunSamples], title: str) -> str:
    """The whole page: every string escaped, styles and script inline, nothing fetched."""
    return render_page(
        "leaderboard.html.j2",
        title=title,
        tables=tables,
        runs=runs,
        words=words,
        spans=_spans,
        row_title=row_title,
        short=SHORT_HASH,
    )


def _spans(table: Table) -> list[tuple[str, int]]:
    """Headings over the columns, each with the number of columns that it spans."""
    levels = groupby(table.columns, key=lambda column: column.level)
    return [(words.LEVELS[level], len(list(columns))) for level, columns in levels]
