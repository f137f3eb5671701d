"""`bench gallery`: a page of every edit of every method, to look through."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from benchmark.cli import options
from benchmark.cli.resolve_flags import split_names


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("gallery", help="Write gallery.html: all methods' edits of all tasks, filtered and ordered at will.")(
        _gallery
    )


def _gallery(
    runs: options.RunGlobs = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("gallery"),
    protocol: options.OnlyProtocol = None,
    dataset: options.OnlyDataset = None,
    methods: options.OnlyMethods = None,
    metrics: Annotated[str | None, typer.Option(metavar="A,B", help="Only these metrics.")] = None,
) -> None:
    from benchmark.results.filter_results import Selection, select
    from benchmark.results.read_runs import read_runs
    from benchmark.runtime.progress import Reporter
    from reports.gallery.write import write_gallery

    found = read_runs(runs or ["runs"], partial(print, file=sys.stderr))
    selected = select(found, Selection(dataset, protocol, split_names(methods or ""), split_names(metrics or "")))
    print(write_gallery(selected, out, Reporter()))
