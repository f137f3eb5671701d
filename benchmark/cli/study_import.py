"""`bench study import`: merge files of answers into a study's."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmark.cli import options
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.human_study.collection.import_answers import ImportSummary
    from benchmark.human_study.collection.import_summary import FileSummary

Study = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the study.", show_default=False)]
Answers = Annotated[
    list[Path],
    typer.Argument(
        metavar="ANSWERS",
        help="Canonical CSV or JSON, Mechanical Turk's batch results, Label Studio's JSON export, votes between two "
        "methods, or with --columns any CSV or JSON.",
        show_default=False,
    ),
]
Columns = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|NAME",
        help="YAML that maps the columns of a table of another make, or a name: google-forms, jspsych, label-studio, "
        "psychopy, qualtrics.",
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Of the files' text, such as cp1252.", show_default="UTF-8, UTF-16 or cp1252"),
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(_import)


def _import(
    folder: Study,
    answers: Answers,
    columns: Columns = None,
    encoding: Encoding = None,
    key: options.StudyKey = None,
    json: options.Json = False,
) -> None:
    """Merge answers into DIR/private/answers.csv; list those that cannot be taken in rejected.csv beside it.

    Each person's first answer to a question of a trial counts, whatever is imported again. A file that is broken, or
    of another study, is refused, and then nothing is imported. To take answers back, delete answers.csv and import
    the other files again. What each file had, and what was left out of it and why, is kept in imports.json.
    """
    from benchmark.human_study.collection.formats.read_column_map import read_column_map
    from benchmark.human_study.collection.import_answers import import_answers

    imported = import_answers(folder, answers, read_column_map(columns) if columns else None, key, encoding)
    print(_as_json(imported) if json else _in_words(imported))
    for file in imported.files:
        for remark in file.remarks():
            print(f"{file.file}: {remark}", file=sys.stderr)
    useless = [file for file in imported.files if file.rejected and not file.taken]
    if useless:
        reason, count = useless[0].rejected.most_common(1)[0]
        raise InputError(
            f"{useless[0].file}: none of its {useless[0].rejected.total()} answers could be imported: "
            f"{count} {reason}; {imported.rejected} lists them"
        )


def _in_words(imported: ImportSummary) -> str:
    lines = [_file_in_words(file) for file in imported.files]
    lines.append(f"{imported.path}: {imported.answers} answers")
    rejected = sum((file.rejected for file in imported.files), Counter())
    if rejected:
        lines.append(f"{imported.rejected}: {rejected.total()} left out")
        lines += [f"  {count:>6} {reason}" for reason, count in rejected.most_common()]
    if any("spreadsheet" in reason for reason in rejected):
        lines.append("a spreadsheet turned ids into numbers: import the files as they came, not as it saved them")
    lines += [f"{path}: {count} votes" for path, count in imported.arena.items()]
    if not imported.arena:
        lines.append(f"no arena.csv: a {imported.mode} study has no votes between two methods")
    return "\n".join(lines)


def _file_in_words(file: FileSummary) -> str:
    encoding = "" if file.encoding == "utf-8" else f", read as {file.encoding}"
    counts = f"{file.new} new, {file.known} known already, {file.rejected.total()} left out"
    empty = f"; {file.empty} empty cells" if file.empty else ""
    return f"{file.file} ({file.kind}{encoding}): {file.seen} answers seen: {counts}{empty}"


def _as_json(imported: ImportSummary) -> str:
    from benchmark.human_study.collection.import_summary import imported_file

    left_out = sum((file.rejected for file in imported.files), Counter())
    return json.dumps(
        {
            "answers": imported.answers,
            "seen": sum(file.seen for file in imported.files),
            "taken": sum(file.taken for file in imported.files),
            "left_out": dict(left_out),
            "files": [
                {**imported_file(file).model_dump(), "new": file.new, "known": file.known, "remarks": file.remarks()}
                for file in imported.files
            ],
            "arena": {str(path): count for path, count in imported.arena.items()},
        },
        indent=2,
    )
