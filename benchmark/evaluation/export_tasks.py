"""Writes a protocol's tasks as files that any program can read, for edits that are made elsewhere."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.editing.task_folder import write_tasks
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.protocols.task_batches import batches_of_tasks
from benchmark.runtime.atomic_files import replacing_folder
from benchmark.runtime.interruption import deferred_interruption
from benchmark.runtime.spreadsheet_cells import guarded
from registry.errors import InputError
from registry.yaml_files import to_yaml

TASKS: Final = "tasks"
"""The folder that has one of each task, named by its number in five digits."""
TASK_LINES: Final = "tasks.jsonl"
TASK_SHEET: Final = "tasks.csv"
EVALUATION: Final = "evaluation.yaml"
"""The settings that draw the same tasks again, in the keys of `--config`."""
TABLE_HASH: Final = "tasks_sha256"
"""Column of both lists of tasks: the SHA-256 of the task table, by which edits of other tasks are known."""


def export_tasks(context: EvaluationContext, out: Path, *, hints: bool = False) -> int:
    """Write every task of a context's one protocol below the folder `out`, which appears whole or not at all.

    Args:
        context: of an evaluation under one protocol.
        out: the folder, which must not be there, or be empty.
        hints: whether to write the hints that the protocol gives, which some methods alone take.

    Returns:
        How many tasks there are.

    Raises:
        InputError: if the folder is there and not empty, or the dataset cannot serve the protocol.
        Interrupted: if a stop was requested.
    """
    check_free(out)
    (task_set,) = context.task_sets(context.evaluation.protocols)
    with replacing_folder(out) as folder:
        rows = sorted(_written(context, task_set, folder, hints), key=lambda row: row["task"])
        (folder / TASK_LINES).write_text(
            "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8"
        )
        with (folder / TASK_SHEET).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(rows[0])
            writer.writerows([_cell(value) for value in row.values()] for row in rows)
        (folder / EVALUATION).write_text(evaluation_text(context.evaluation), encoding="utf-8")
    return len(rows)


def check_free(out: Path) -> None:
    """Refuse a folder that has something in it, before the faces are packed.

    Raises:
        InputError: if it has, or is no folder.
    """
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise InputError(f"--out {out} is there already; name a folder that is not, or an empty one")


def evaluation_text(evaluation: EvaluationSpec) -> str:
    """An evaluation as YAML that resolves to it again."""
    return to_yaml(evaluation.model_dump(mode="json"))


def _written(context: EvaluationContext, task_set: TaskSet, folder: Path, hints: bool) -> Iterator[dict[str, Any]]:
    """Write the folders of all tasks, and give each task's line."""
    size, name = context.evaluation.edit_batch_size, task_set.protocol.name
    with deferred_interruption() as stop, context.reporter.bar(f"export {name}", len(task_set.tasks)) as advance:
        done = 0
        for rows in batches_of_tasks(task_set.tasks, size):
            batch = task_set.protocol.batch(context.dataset, rows, hints=hints)
            folders = [folder / TASKS / f"{task:05d}" for task in rows["task"]]
            files = write_tasks(batch, folders, lambda path: path.relative_to(folder).as_posix())
            for task, attribute, record in zip(rows["task"], rows["attribute"], files, strict=True):
                yield {
                    "task": int(task),
                    "protocol": name,
                    "attribute": str(attribute),
                    **record,
                    TABLE_HASH: task_set.sha256,
                }
            done += len(rows)
            advance(done)
            stop.check(f"exporting {name}")


def _cell(value: Any) -> Any:
    """A value as a spreadsheet takes it: lists as words between blanks, and nothing that would run as a formula."""
    if isinstance(value, list):
        value = " ".join(value)
    return guarded(value) if isinstance(value, str) else value
