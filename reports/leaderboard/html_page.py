"""Tables, figures, samples and cards as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from benchmark.results.comparability import SHORT_HASH
from reports.leaderboard import wording as words
from reports.rendering.pictures import Album
from benchmark.tables.table import Row, Table
from benchmark.tables.pairwise import Differences
from benchmark.tables.groups import Run
from reports.leaderboard.method_cards import known_methods
from reports.rendering.html_page import render_page
from reports.leaderboard.sample_browser import browse
from benchmark.tables.build_tables import in_order, row_title
from benchmark.tables.pareto_front import TRADE_OFFS


def render(
    tables: Sequence[Table],
    compared: Sequence[Differences],
    runs: Sequence[Run],
    title: str,
    embed_samples: bool = True,
) -> str:
    """The whole page: every string escaped, styles, scripts and pictures inline, nothing fetched.

    Args:
        tables: what to show.
        compared: the differences within each of them.
        runs: what they were made of.
        title: of the page.
        embed_samples: inline pictures of edits.
    """
    album = Album()
    headed = [(words.heading(table), table) for table in tables]
    sheets = browse(headed, runs, album) if embed_samples else []
    methods = known_methods(in_order(runs))
    return render_page(
        "leaderboard/leaderboard.html.j2",
        title=title,
        tables=tables,
        compared=compared,
        forests=[forest_data(each) for each in compared],
        samples={"pictures": album.uris, "sheets": [asdict(sheet) for sheet in sheets]},
        trade_offs=TRADE_OFFS,
        nothing_compared=_nothing_compared,
        methods=methods,
        method_of=_method_of,
        runs=[result for _, result in in_order(runs)],
        words=words,
        spans=_spans,
        row_title=row_title,
        short=SHORT_HASH,
    )


def forest_data(compared: Differences) -> dict[str, Any]:
    """What the forest plot's script needs; a gain is [metric, ours, theirs, value, low, high], each pair once."""
    places = {column.id: place for place, column in enumerate(compared.columns)}
    return {
        "methods": [each.row.title for each in compared.methods],
        "metrics": [
            {"title": column.facts.title, "unit": column.facts.unit, "decimals": column.facts.decimals}
            for column in compared.columns
        ],
        "gains": [
            [places[metric], ours, theirs, *(_brief(each) for each in (gain.value, gain.low, gain.high))]
            for (metric, ours, theirs), gain in compared.gains.items()
            if ours < theirs
        ],
    }


def _brief(value: float | None) -> float | None:
    """More digits than any table shows would only make the page larger."""
    return None if value is None else float(f"{value:.6g}")


def _nothing_compared(compared: Differences) -> str:
    if len(compared.methods) < 2:
        return "There are no two methods with figures to compare."
    return "No two methods have figures that can be compared."


def _method_of(row: Row) -> str:
    return row.label.partition("+")[0]


def _spans(table: Table) -> list[tuple[str, int]]:
    """Headings over the columns, each with the number of columns that it spans."""
    levels = groupby(table.columns, key=lambda column: column.level)
    return [(words.LEVELS[level], len(list(columns))) for level, columns in levels]
