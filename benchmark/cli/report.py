"""`bench report`: a run's own page, made anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from registry.errors import InputError


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report", help="Write report.html of run folders: curves, scores, worst cases, provenance.")(_report)


def _report(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN_FOLDER...", help="Run folders.")],
    out: Annotated[Path | None, typer.Option(help="File to write instead, for one run folder.")] = None,
) -> None:
    from reports.run_page.write import write_run_page

    if out is not None and len(folders) > 1:
        raise InputError(f"--out {str(out)!r} takes one run folder, not {len(folders)}")
    if out is not None and out.is_dir():
        raise InputError(
            f"--out {str(out)!r} is a folder; name the file to write, such as {str(out / 'report.html')!r}"
        )
    for folder in folders:
        print(write_run_page(folder, out))
