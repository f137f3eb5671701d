"""`bench verify`: what changed in run folders since their files were written."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from benchmark.runs.verify import Verification


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(_verify)


def _verify(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders, runs/DATASET/METHOD/seed0.")],
    json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False,
) -> None:
    """Name the checkpoints, edits, scores and results that changed since they were written, with exit code 1 if any."""
    from benchmark.runs.verify import verify_run

    found = [verify_run(run) for run in runs]
    if json:
        print(json_format.dumps([verification.as_json() for verification in found], indent=2))
    else:
        for verification in found:
            _print(verification)
    if any(verification.problems for verification in found):
        raise typer.Exit(1)


def _print(found: Verification) -> None:
    for path, problem in found.problems.items():
        print(f"{path}\t{problem}")
    if found.problems and found.compared:
        print(f"{found.run}: {len(found.problems)} of {found.compared} files are not as they were written")
    elif not found.problems and found.compared:
        print(f"{found.run}: all {found.compared} files are as they were written")
    if found.unrecorded:
        parts = ", ".join(found.unrecorded)
        print(f"{found.run}: no hashes of {parts}, which are not finished or of an older version")
