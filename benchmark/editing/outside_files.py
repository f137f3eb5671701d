"""Edits that were made elsewhere: which file is of which task, in a folder or by a list, and which tasks have none."""

from __future__ import annotations

import errno
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmark.images.folder import open_images
from benchmark.runtime.home_folder import expanded
from registry.errors import InputError, quoted

_SHOWN: Final = 5
"""Examples that a sentence names."""


@dataclass(frozen=True)
class OutsideEdit:
    """The file of an edit, and the seconds that it took, where its maker said them."""

    path: Path
    seconds: float | None = None


@dataclass(frozen=True)
class OutsideEdits:
    """What was found of a protocol's edits.

    Attributes:
        of_task: by the task's number, in that order.
        missing: tasks without an edit.
        surplus: names of files, or numbers of tasks, that no task has.
        summary: what was left out of a folder, and what is remarkable about its files; None where there is nothing.
        files_left_out: how many files of a folder are no images that count, by reason.
    """

    of_task: Mapping[int, OutsideEdit]
    missing: tuple[int, ...]
    surplus: tuple[str, ...]
    summary: str | None
    files_left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def left_out(self) -> dict[str, int]:
        """All that is not used, by reason."""
        return {**self.files_left_out, **({"of no task": len(self.surplus)} if self.surplus else {})}

    def __str__(self) -> str:
        """How the edits and the tasks differ, in words; "" where they do not."""
        parts = []
        if self.missing:
            parts.append(f"{_listed([f'{task:05d}' for task in self.missing], 'task')} without an edit")
        if self.surplus:
            parts.append(f"{_listed(self.surplus, 'edit')} of no task")
        return ", ".join(parts)


class _Line(BaseModel):
    """A line of a list of edits."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    task: int = Field(ge=0)
    image_path: str = Field(min_length=1)
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


def find_edits(place: Path, tasks: Collection[int]) -> OutsideEdits:
    """The edits of tasks.

    Args:
        place: a folder with an image per task, named by the task's number (`00003.png`, or `3.jpg`); or a file of JSON
            lines, each with `task`, `image_path` from the file's folder, and perhaps `seconds`.
        tasks: their numbers.

    Raises:
        InputError: if the place cannot be read, has no edit of any task, or has two of one.
    """
    summary, files_left_out = None, {}
    found: dict[int, OutsideEdit]
    strangers: list[str] = []
    if place.is_dir():
        images = open_images(place)
        found, summary = _numbered(images.files, strangers), images.summary
        files_left_out = {files.reason: files.count for files in images.left_out}
    elif place.is_file():
        found = _listed_edits(place)
    else:
        raise InputError(f"{place}: no such folder of edits, or file of JSON lines")
    strangers += [f"{task:05d}" for task in sorted(found.keys() - set(tasks))]
    of_task = {task: found[task] for task in sorted(tasks) if task in found}
    if not of_task:
        raise InputError(
            f"{place}: has an edit of none of the {len(tasks):,} tasks, which are named by their numbers, such as "
            f"{min(tasks):05d}.png; there: {', '.join(strangers[:_SHOWN]) or 'nothing'}"
        )
    missing = tuple(task for task in sorted(tasks) if task not in found)
    return OutsideEdits(of_task, missing, tuple(strangers), summary, files_left_out)


def _numbered(files: Mapping[str, Path], strangers: list[str]) -> dict[int, OutsideEdit]:
    """The files by the numbers that they are named by; the names of the others go to `strangers`."""
    found: dict[int, OutsideEdit] = {}
    for name, path in files.items():
        if not (name.isascii() and name.isdigit() and len(name) < 10):
            strangers.append(path.name)
            continue
        if (other := found.get(int(name))) is not None:
            raise InputError(f"{path.parent}: {other.path.name} and {path.name} are both of task {int(name)}; keep one")
        found[int(name)] = OutsideEdit(path)
    return found


def _listed_edits(file: Path) -> dict[int, OutsideEdit]:
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")  # names of files may have other ends of lines
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read as JSON lines: {error}") from error
    found: dict[int, OutsideEdit] = {}
    first_lines: dict[int, int] = {}
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        line = _line(text, f"{file}, line {number}")
        if line.task in found:
            raise InputError(f"{file}: lines {first_lines[line.task]} and {number} are both of task {line.task}")
        first_lines[line.task] = number
        path = file.parent / expanded(line.image_path)
        if not _is_file(path):
            raise InputError(f"{file}, line {number}: image_path {quoted(line.image_path)}: there is no file {path}")
        found[line.task] = OutsideEdit(path, line.seconds)
    return found


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:  # else no file has so long a name
            raise
        return False


def _line(text: str, where: str) -> _Line:
    expected = '{"task": 3, "image_path": "edits/00003.png", "seconds": 0.5}, of which seconds may be left out'
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: is no JSON ({error}); a line is {expected}") from error
    try:
        return _Line.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the line"
        raise InputError(f"{where}: {key}: {first['msg']}; a line is {expected}") from error


def _listed(names: Sequence[str], what: str) -> str:
    """How many there are, with the first of them."""
    more = ", …" if len(names) > _SHOWN else ""
    plural = "" if len(names) == 1 else "s"
    return f"{len(names):,} {what}{plural} ({', '.join(names[:_SHOWN])}{more})"
