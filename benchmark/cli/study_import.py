"""`bench study import`: merge files of answers into a study's."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmark.cli import options
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.human_study.collection.import_answers import FileSummary, ImportSummary

Study = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the study.", show_default=False)]
Answers = Annotated[
    list[Path],
    typer.Argument(
        metavar="ANSWERS",
        help="Canonical CSV or JSON, Mechanical Turk's batch results, Label Studio's JSON export, or any CSV.",
        show_default=False,
    ),
]
Columns = Annotated[Path | None, typer.Option(help="YAML that maps the columns of a CSV of another make.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(_import)


def _import(
    folder: Study, answers: Answers, columns: Columns = None, key: options.StudyKey = None, json: options.Json = False
) -> None:
    """Merge answers into DIR/private/answers.csv; list those that cannot be taken in rejected.csv beside it.

    Each person's first answer to a question of a trial counts, whatever is imported again. A file that is broken, or
    of another study, is refused, and then nothing is imported. To take answers back, delete answers.csv and import
    the other files again.
    """
    from benchmark.human_study.collection.formats.column_map import read_column_map
    from benchmark.human_study.collection.import_answers import import_answers

    imported = import_answers(folder, answers, read_column_map(columns) if columns else None, key)
    print(_as_json(imported) if json else _in_words(imported))
    useless = [file for file in imported.files if file.rejected and not file.new and not file.known]
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
        lines.append(f"{imported.rejected}: {rejected.total()} not imported")
        lines += [f"  {count:>6} {reason}" for reason, count in rejected.most_common()]
    if any("spreadsheet" in reason for reason in rejected):
        lines.append("a spreadsheet turned ids into numbers: import the files as they came, not as it saved them")
    lines += [f"{path}: {count} votes" for path, count in imported.arena.items()]
    if not imported.arena:
        lines.append(f"no arena.csv: a {imported.mode} study has no votes between two methods")
    return "\n".join(lines)


def _file_in_words(file: FileSummary) -> str:
    encoding = "" if file.encoding == "utf-8" else f", read as {file.encoding}"
    counts = f"{file.new} new, {file.known} known already, {file.rejected.total()} rejected"
    return f"{file.file} ({file.kind}{encoding}): {counts}"


def _as_json(imported: ImportSummary) -> str:
    def counts(file: FileSummary) -> dict[str, Any]:
        return {"new": file.new, "known": file.known, "rejected": dict(file.rejected)}

    return json.dumps(
        {
            "answers": imported.answers,
            "files": [
                {"file": file.file, "kind": file.kind, "encoding": file.encoding, **counts(file)}
                for file in imported.files
            ],
            "arena": {str(path): count for path, count in imported.arena.items()},
        },
        indent=2,
    )
