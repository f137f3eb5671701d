"""`bench leaderboard`: the pages of a set of runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli import options
from benchmark.cli.resolve_flags import split_names


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("leaderboard", help="Write leaderboard.html, .md, .tex, .csv, .json and figures from result files.")(
        _leaderboard
    )


def _leaderboard(
    runs: options.RunGlobs = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("leaderboard"),
    protocol: options.OnlyProtocol = None,
    dataset: options.OnlyDataset = None,
    methods: options.OnlyMethods = None,
    metrics: Annotated[str | None, typer.Option(metavar="A,B", help="Only these metrics and costs.")] = None,
    formats: Annotated[
        str | None,
        typer.Option("--format", metavar="A,B", help="Of html, md, tex, csv, json, figures.", show_default="all"),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Write groups.html, .md and .json too: figures by group of faces, by attributes, pose or hair.",
        ),
    ] = None,
    human: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of an analysed human study (or its analysis.json), for a column of it."
        ),
    ] = None,
    allow_mixed: Annotated[
        bool, typer.Option("--allow-mixed", help="Group results that cannot be compared instead of refusing them.")
    ] = False,
    embed_samples: Annotated[bool, typer.Option(help="Inline each run's sample sheet in the HTML.")] = True,
) -> None:
    from benchmark.human_study.analysis.findings import read_findings
    from benchmark.results.filter_results import Selection, select
    from benchmark.results.find_results import read_results, result_files
    from benchmark.runtime.cache_folder import writable
    from benchmark.tables.face_groups import check_groupings
    from reports.groups.write import write_groups
    from reports.leaderboard.write import write_leaderboard

    study = read_findings(human) if human is not None else None
    found, errors = read_results(result_files(runs or ["runs"]))
    for error in errors:  # at once, so that it is said where the report is refused, too
        print(f"left out: {error}", file=sys.stderr)
    selected = select(found, Selection(dataset, protocol, split_names(methods or ""), split_names(metrics or "")))
    groupings = split_names(by or "")
    check_groupings(groupings, selected)
    chosen = {"formats": split_names(formats)} if formats is not None else {}
    try:
        pages = write_leaderboard(
            selected,
            out,
            allow_mixed=allow_mixed,
            embed_samples=embed_samples,
            human=study,
            unusable=len(errors),
            **chosen,
        )
        if groupings:
            pages += write_groups(selected, groupings, out, allow_mixed)
    except OSError:  # only now, so that a refused mixture leaves no empty folder
        writable(out, "folder")
        raise
    for page in pages:
        print(page)
