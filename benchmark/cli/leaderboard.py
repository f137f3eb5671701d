"""`bench leaderboard`: the pages of a set of runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from registry.errors import InputError


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("leaderboard", help="Write leaderboard.md and leaderboard.html from result files.")(_leaderboard)


def _leaderboard(
    runs: Annotated[str, typer.Option(help="Folder of runs, or a glob of run folders or result files.")] = "runs",
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("leaderboard"),
    protocol: Annotated[str | None, typer.Option(help="Only this protocol.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Only this dataset.")] = None,
    allow_mixed: Annotated[
        bool, typer.Option("--allow-mixed", help="Group results that cannot be compared instead of refusing them.")
    ] = False,
    embed_samples: Annotated[bool, typer.Option(help="Inline each run's sample sheet in the HTML.")] = True,
) -> None:
    from benchmark.folders import writable
    from benchmark.results import read_result
    from registry import REPORTS
    from registry.catalogue import PROTOCOL_CARDS

    if protocol is not None:
        PROTOCOL_CARDS.find(protocol)
    found = [(path, read_result(path)) for path in _result_files(runs)]
    found = [(path, each) for path, each in found if dataset in (None, each.dataset)]
    if protocol is not None:
        found = [
            (path, each.model_copy(update={"protocols": {protocol: each.protocols[protocol]}}))
            for path, each in found
            if protocol in each.protocols
        ]
    report = REPORTS.get("leaderboard")
    try:
        pages = report(found, out, allow_mixed=allow_mixed, embed_samples=embed_samples)
    except OSError:  # only now, so that a refused mixture leaves no empty folder
        writable(out, "folder")
        raise
    for page in pages:
        print(page)


def _result_files(pattern: str) -> list[Path]:
    folder = Path(pattern)
    if folder.is_dir():
        return sorted(folder.rglob("result.json"))
    anchor = Path(folder.anchor) if folder.is_absolute() else Path()
    matches = sorted(anchor.glob(str(folder.relative_to(anchor)) if folder.is_absolute() else pattern))
    if not matches:
        raise InputError(f"--runs {pattern!r} matches no file or folder")
    files = [each / "result.json" if each.is_dir() else each for each in matches]
    return [each for each in files if each.exists()]
