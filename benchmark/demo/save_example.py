"""Saves an edit of the page as a task that every method can be scored on by `bench run`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from filelock import FileLock

from benchmark.demo.base64_images import Order
from benchmark.editing.task_folder import write_tasks
from benchmark.images.convert import Pixels
from benchmark.images.write import write_png
from benchmark.photographs.photo_task import ID, photo_task
from benchmark.protocols.example_files import FILES, TEXTS
from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.runtime.regular_files import read_regular
from benchmark.runtime.spreadsheet_cells import guarded, unguarded
from registry.errors import InputError

TABLE: Final = "examples.csv"
RESULTS: Final = "results"
"""Column of the folder of what methods had made of it when it was saved; no part of the task."""
_COLUMNS: Final = ("name", *TEXTS, *FILES, RESULTS)


def save_example(folder: Path, order: Order, name: str, results: dict[str, Pixels], size: int) -> Path:
    """Add an edit to the table of its kind below a folder, of which the table is written last.

    Edits are kept apart by the means by which they ask: `mask`, `attributes`, `style` and `completion`.

    Args:
        folder: of all saved edits; created where absent.
        order: the edit.
        name: of its face, for people.
        results: by method, what it made of the edit.
        size: side in pixels of the saved pictures.

    Returns:
        The table.

    Raises:
        InputError: if nothing is asked for, or the table cannot be added to.
    """
    kind = _kind(order)
    table = folder / kind / TABLE
    table.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(table.parent / ".lock"):
        rows = saved_rows(table)
        number = 1 + max(map(_number, rows), default=-1)
        place = table.parent / "tasks" / f"{number:05d}"
        rows.append(_written(order, place, f"{number:05d} {name}", size) | _kept(place, results))
        text = io.StringIO()
        writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({column: guarded(row[column]) for column in _COLUMNS} for row in rows)
        write_text_atomically(table, text.getvalue())
    return table


def _kind(order: Order) -> str:
    request = order.request
    if request.hidden is not None:
        return "completion"
    if request.attributes:
        return "attributes"
    if order.other is not None:
        return "style"
    if request.mask is not None:
        return "mask"
    raise InputError("there is no edit to save: paint the mask, or add an attribute, a style face or a hidden region")


def _written(order: Order, place: Path, name: str, size: int) -> dict[str, str]:
    """Write the files of the task; its row."""
    task = photo_task(order.face, order.request, order.other, size).task
    target, source = (
        replace(face, ids=(name if face.ids == (ID,) else f"{name}, the other face",))
        for face in (task.target, task.source)
    )
    tasks = replace(task, target=target, source=source)
    (record,) = write_tasks(tasks, [place], lambda path: path.relative_to(place.parents[1]).as_posix())
    record["attributes_source"] = [
        each
        for each, value in zip(task.source.attribute_names, task.source.attributes[0].tolist(), strict=True)
        if value > 0.5
    ]
    record |= {"name": name, "lacks": json.dumps(dict(task.lacks)), "whole": ""}
    if order.request.hidden is not None:
        write_png(place / "whole.png", order.face.image(size))
        record["whole"] = f"{place.parent.name}/{place.name}/whole.png"
    return {
        column: " ".join(value) if isinstance(value := record.get(column, ""), list) else str(value)
        for column in _COLUMNS
    }


def _kept(place: Path, results: dict[str, Pixels]) -> dict[str, str]:
    for label, image in results.items():
        write_png(place / RESULTS / f"{label}.png", image)
    return {RESULTS: f"{place.parent.name}/{place.name}/{RESULTS}" if results else ""}


def saved_rows(table: Path) -> list[dict[str, str]]:
    """The rows of a table of saved edits by column, each with its number before its name; none where there is no table.

    Raises:
        InputError: if it is another table.
    """
    if not table.exists():
        return []
    try:
        text = io.StringIO(read_regular(table).decode("utf-8"), newline="")
        read = csv.DictReader(text, restval="", strict=True)
        rows = [{column: unguarded(row[column]) for column in _COLUMNS} for row in read]
        _ = [_number(row) for row in rows]
        return rows
    except (OSError, ValueError, csv.Error, KeyError) as error:
        raise InputError(f"{table} is no table that this page wrote: {error}; name another folder by --out") from error


def _number(row: Mapping[str, str]) -> int:
    return int(row["name"].partition(" ")[0])
