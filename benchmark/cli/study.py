"""`bench study`: the commands of a human study."""

from __future__ import annotations

from benchmark.cli import study_analyse, study_export, study_import, study_plan
from benchmark.cli.command import Commands

app = Commands(help="Let people judge edits: export a study, import answers, analyse them.", no_args_is_help=True)
study_plan.add_to(app)
study_export.add_to(app)
study_import.add_to(app)
study_analyse.add_to(app)
