"""`bench study`: people judge edits."""

from __future__ import annotations

import typer

from benchmark.cli import study_import

app = typer.Typer(help="Let people judge edits: import their answers.", no_args_is_help=True)
study_import.add_to(app)
