"""`bench study`: the commands of a human study."""

from __future__ import annotations

import typer

from benchmark.cli import study_export, study_import

app = typer.Typer(help="Let people judge edits: export a study, import answers, analyse them.", no_args_is_help=True)
study_export.add_to(app)
study_import.add_to(app)
