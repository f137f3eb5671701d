"""`bench study`: the commands of a human study."""

from __future__ import annotations

import typer

from benchmark.cli import study_analyse, study_plan

app = typer.Typer(help="Let people judge edits: export a study, import answers, analyse them.", no_args_is_help=True)
study_analyse.add_to(app)
study_plan.add_to(app)
