"""Tables, figures, samples and cards as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from benchmark.results.comparability import SHORT_HASH
from benchmark.results.find_results import FinishedRun
from benchmark.results.task_scores import ScoreFiles
from benchmark.tables.build_tables import in_order, row_title
from benchmark.tables.by_strength import by_strength, figures_by_group
from benchmark.tables.pairwise import Differences
from benchmark.tables.pareto_front import columns_with_values, fronts_of_all_pairs, trade_off_columns
from benchmark.tables.table import Row, Table
from reports.claims import wording as claim_words
from reports.leaderboard import operating_points as operating_words
from reports.leaderboard import wording as words
from reports.leaderboard.method_cards import known_methods
from reports.leaderboard.sample_browser import browse
from reports.rendering.html_page import render_page
from reports.rendering.pictures import ImageStore


def render(
    tables: Sequence[Table],
    compared: Sequence[Differences],
    runs: Sequence[FinishedRun],
    files: ScoreFiles,
    title: str,
    embed_samples: bool = True,
    unusable: int = 0,
) -> str:
    """The whole page: every string escaped, styles, scripts and pictures inline, nothing fetched.

    Args:
        tables: what to show.
        compared: the differences within each of them.
        runs: what they were made of.
        files: opens the score files beside their results.
        title: of the page.
        embed_samples: inline pictures of edits.
        unusable: results that could not be read, and are in no table.
    """
    store = ImageStore()
    headed = [(words.heading(table), table) for table in tables]
    sheets = browse(headed, files, store) if embed_samples else []
    methods = known_methods(in_order(runs))
    return render_page(
        "leaderboard/leaderboard.html.j2",
        title=title,
        tables=tables,
        compared=compared,
        forests=[forest_data(differences) for differences in compared],
        fronts=[pareto_data(table) for table in tables],
        samples={"pictures": store.uris, "sheets": [asdict(sheet) for sheet in sheets]},
        nothing_compared=_nothing_compared,
        methods=methods,
        method_of=_method_of,
        runs=[result for _, result in in_order(runs)],
        words=words,
        operating_words=operating_words,
        claim_words=claim_words,
        left_out=words.unusable_results(unusable),
        spans=_spans,
        curves=[curve_data(table) for table in tables],
        figures_by_group=figures_by_group,
        row_title=row_title,
        short=SHORT_HASH,
    )


def forest_data(compared: Differences) -> dict[str, Any]:
    """What the forest plot's script draws.

    `panels` has a list per method that the others may be set against, of [metric, gains], each gain [method, value,
    low, high, verdict].
    """
    places = {column.id: place for place, column in enumerate(compared.columns)}
    return {
        "methods": [row.title for row in compared.methods],
        "metrics": [
            {"title": column.facts.title, "unit": column.facts.unit, "decimals": column.facts.decimals}
            for column in compared.columns
        ],
        "panels": [
            [
                [
                    places[panel.column.id],
                    [
                        [method, *(_brief(number) for number in (gain.value, gain.low, gain.high)), gain.verdict]
                        for method, gain in panel.gains.items()
                    ],
                ]
                for panel in compared.forest(reference)
            ]
            for reference in range(len(compared.methods))
        ],
    }


def pareto_data(table: Table) -> dict[str, Any]:
    """What the trade-offs' script draws beside the table's own figures, by the numbers of rows and columns.

    `plots` has the two columns [x, y] of each plot at first, `fronts` the rows of every two columns' front.
    """
    places = columns_with_values(table.rows)
    plots = trade_off_columns(table.rows) or [(places[0], places[1])] if len(places) > 1 else []
    fronts = fronts_of_all_pairs(table)
    return {"plots": plots, "fronts": {f"{x} {y}": rows for (x, y), rows in fronts.items()}}


def curve_data(table: Table) -> dict[str, Any] | None:
    """What the script of curves over strength draws; None where the table's tasks are of one strength.

    `metrics` has `curves`: a list per method, of its figure at each of the `strengths`, as [value, low, high].
    """
    found = by_strength(table)
    if not found:
        return None
    return {
        "methods": [{"title": row.title, "kind": row.kind} for row in table.rows],
        "strengths": [float(name) for name, _ in found[0].groups],
        "metrics": [
            {
                "id": figures.column.id,
                "metric": figures.column.facts.title,
                "unit": figures.column.facts.unit,
                "decimals": figures.column.facts.decimals,
                "direction": figures.column.facts.direction,
                "curves": [
                    [
                        [_brief(number) for number in (cells[place].value, cells[place].low, cells[place].high)]
                        for _, cells in figures.groups
                    ]
                    for place in range(len(table.rows))
                ],
            }
            for figures in found
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
