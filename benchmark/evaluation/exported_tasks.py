"""What a folder of exported tasks says: the settings that draw them, and the hash of their table."""

from __future__ import annotations

import json
from pathlib import Path

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.evaluation.context import EvaluationContext
from benchmark.evaluation.export_tasks import EVALUATION, TABLE_HASH, TASK_LINES
from registry.errors import InputError


def settings_of(export: Path) -> Path:
    """The file of an export's settings.

    Raises:
        InputError: if there is none.
    """
    path = export / EVALUATION
    if not path.is_file():
        raise InputError(f"--tasks {export}: no {EVALUATION} is there; name a folder that `bench tasks export` wrote")
    return path


def check_one_protocol(evaluation: EvaluationSpec) -> None:
    """Refuse an evaluation under several protocols, for edits answer the tasks of one.

    Raises:
        InputError: if there are several.
    """
    if len(evaluation.protocols) != 1:
        raise InputError(
            f"edits are of one protocol: name it by --protocol ({', '.join(evaluation.protocols)}), or --tasks"
        )


def check_export(export: Path, context: EvaluationContext) -> None:
    """Refuse an export of other tasks than a context's one protocol draws, of other faces or settings.

    Raises:
        InputError: if its tasks are others, or their list cannot be read.
    """
    (task_set,) = context.task_sets(context.evaluation.protocols)
    lines = export / TASK_LINES
    try:
        sha256 = str(json.loads(lines.read_text(encoding="utf-8").partition("\n")[0])[TABLE_HASH])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{lines}: is no list of tasks that `bench tasks export` wrote") from error
    if sha256 != task_set.sha256:
        raise InputError(
            f"{lines}: is of other tasks than are drawn here (table {sha256[:12]}, not {task_set.sha256[:12]}): the "
            "faces, the settings or the program have changed; export anew"
        )
