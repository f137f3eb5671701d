"""The page of figures by group of faces, as HTML, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.results.find_results import FinishedRun
from benchmark.results.task_scores import ScoreFiles
from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.tables.build_tables import tabulate
from benchmark.tables.by_group import group_table
from benchmark.tables.face_groups import check_groupings
from reports.groups import json_file, markdown, wording
from reports.leaderboard.wording import heading
from reports.rendering.html_page import render_page


def write_groups(runs: Sequence[FinishedRun], by: Sequence[str], out: Path, allow_mixed: bool = False) -> list[Path]:
    """Write `groups.html`, `groups.md` and `groups.json`, each atomically.

    Args:
        runs: results with the files that they were read from; scores and facts of faces are looked for beside them.
        by: groupings: attributes, "hair" or "pose".
        out: folder to write to, created where it is missing.
        allow_mixed: split runs that cannot be compared into tables of their own, rather than refuse them.

    Returns:
        The files written.

    Raises:
        IncomparableError: if runs cannot share a table and `allow_mixed` is false.
        UnknownNameError: if faces cannot be grouped by one of the words.
    """
    check_groupings(by, runs)
    files = ScoreFiles()
    found = [group_table(table, by, files) for table in tabulate(runs, allow_mixed, None, files)]
    page = render_page("groups/groups.html.j2", tables=found, words=wording, table_heading=heading)
    pages = {
        out / "groups.html": page,
        out / "groups.md": markdown.render(found),
        out / "groups.json": json_file.render(found),
    }
    for path, text in pages.items():
        write_text_atomically(path, text)
    return list(pages)
