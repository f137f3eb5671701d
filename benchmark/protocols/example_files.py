"""A table of saved edits, `examples.csv`, whose rows name the pictures and masks of a task each."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from benchmark.images.convert import Pixels, image_tensor
from benchmark.images.label_maps import read_labels
from benchmark.images.read import read_image
from benchmark.protocols.completion import FILL
from benchmark.runtime.regular_files import read_regular
from benchmark.runtime.spreadsheet_cells import unguarded
from methods.base import EditBatch, FaceBatch
from methods.labels import attribute_columns
from registry.errors import InputError

FILES: Final = ("target", "target_mask", "source", "source_mask", "mask", "region", "sketch", "colour", "whole")
"""Columns of paths, which are relative to the table; `whole` is the face of which `target` hides a part."""
TEXTS: Final = (
    "target_id",
    "source_id",
    "attributes_before",
    "attributes_source",
    "attributes_requested",
    "strength",
    "lacks",
)
"""The other columns that are read; names of attributes stand between blanks, and what a task lacks as JSON."""
OPTIONAL: Final = ("mask", "region", "sketch", "colour", "whole")
"""Columns whose cells may be empty."""
_BRIGHT: Final = 127


@dataclass(frozen=True)
class Example:
    """A saved edit.

    Attributes:
        where: the table's name and the line, as messages say it.
        folder: of the table.
        cells: texts by column.
    """

    where: str
    folder: Path
    cells: Mapping[str, str]

    @property
    def attributes_asked(self) -> list[str]:
        """Attributes that the edit is to change; none where it is asked for by other means."""
        if "attributes" in self._lacks():
            return []
        before, after = (set(self.cells[f"attributes_{when}"].split()) for when in ("before", "requested"))
        return sorted(before ^ after)

    @property
    def digest(self) -> str:
        """SHA-256 of everything that the task is made of."""
        content = hashlib.sha256(json.dumps({name: self.cells[name] for name in TEXTS}, sort_keys=True).encode())
        for name in FILES:
            content.update(name.encode() + (self._content(name) if self.cells[name] else b""))
        return content.hexdigest()

    def task(self, size: int, attributes: Sequence[str]) -> EditBatch:
        """The edit as a batch of one, without hints.

        Args:
            size: side in pixels that its pictures must have.
            attributes: names of the columns that its attributes get.

        Raises:
            InputError: naming a file that cannot be used, or a cell.
        """
        target = self._face("target", self._values("attributes_before", attributes), size)
        source = self._face("source", self._values("attributes_source", attributes), size)
        region = torch.ones_like(target.mask, dtype=torch.bool)
        if self.cells["region"]:
            region = self._places("region", size)
        if self.cells["whole"]:  # a file has no level that is exactly what fills a hole
            target = replace(target, image=self.whole(size).masked_fill(region.unsqueeze(1), FILL))
            source = replace(source, image=target.image) if source.ids == target.ids else source
        target, source = (replace(face, attribute_names=tuple(attributes)) for face in (target, source))
        mask = self._labels("mask", size) if self.cells["mask"] else target.mask
        return EditBatch(
            target=target,
            source=source,
            mask=mask,
            attributes=self._values("attributes_requested", attributes),
            region=region,
            oracle=self.whole(size) if self.cells["whole"] and torch.equal(mask, target.mask) else None,
            lacks=self._lacks(),
            strength=torch.tensor([self._strength()]),
        )

    def whole(self, size: int) -> Tensor:
        """(1, 3, size, size): the target with nothing hidden."""
        return self._image("whole" if self.cells["whole"] else "target", size)

    def hints(self, size: int) -> tuple[Tensor, Tensor] | None:
        """Outlines (1, size, size) in {0, 1} and colours (1, 3, size, size); None where none were saved."""
        if not (self.cells["sketch"] and self.cells["colour"]):
            return None
        return self._places("sketch", size).float(), self._image("colour", size)

    def _face(self, name: str, attributes: Tensor, size: int) -> FaceBatch:
        labels = self._labels(f"{name}_mask", size)
        return FaceBatch(self._image(name, size), labels, attributes, (self.cells[f"{name}_id"],))

    def _image(self, name: str, size: int) -> Tensor:
        return image_tensor(self._sized(name, read_image(self._path(name)), size)[None])

    def _labels(self, name: str, size: int) -> Tensor:
        return torch.from_numpy(self._sized(name, read_labels(self._path(name)), size)[None].copy())

    def _places(self, name: str, size: int) -> Tensor:
        shown = self._sized(name, read_image(self._path(name)), size)
        return torch.from_numpy(shown.max(axis=2) > _BRIGHT)[None]

    def _sized(self, name: str, picture: Pixels, size: int) -> Pixels:
        if picture.shape[:2] != (size, size):
            height, width = picture.shape[:2]
            raise InputError(f"{self._path(name)} is {width}x{height}; the dataset's faces are {size}x{size}")
        return picture

    def _content(self, name: str) -> bytes:
        try:
            return read_regular(self._path(name))
        except OSError as error:
            raise InputError(f"{self.where}: {name}: {error.strerror}: {self._path(name)}") from error

    def _path(self, name: str) -> Path:
        path = self.folder / self.cells[name]
        try:
            inside = path.resolve().is_relative_to(self.folder.resolve())
        except (OSError, ValueError, RuntimeError) as error:  # no file has such a name, or its links lead in a circle
            raise InputError(f"{self.where}: {name} is {self.cells[name]!r}, which is no path") from error
        if not inside:
            raise InputError(f"{self.where}: {name} is {self.cells[name]!r}, which lies outside the table's folder")
        return path

    def _values(self, name: str, attributes: Sequence[str]) -> Tensor:
        row = torch.zeros(1, len(attributes))
        if names := self.cells[name].split():
            row[0, list(attribute_columns(names, attributes))] = 1
        return row

    def _strength(self) -> float:
        try:
            strength = float(self.cells["strength"])
        except ValueError:
            strength = math.nan
        if not 0 <= strength < math.inf:
            raise InputError(f"{self.where}: strength is {self.cells['strength']!r}; it is a number from 0")
        return strength

    def _lacks(self) -> dict[str, str]:
        try:
            lacks = json.loads(self.cells["lacks"] or "{}")
        except (ValueError, RecursionError):
            lacks = None
        if not isinstance(lacks, dict) or not all(isinstance(reason, str) for reason in lacks.values()):
            raise InputError(
                f"{self.where}: lacks is {self.cells['lacks']!r}; it is JSON of reasons by input, or empty"
            )
        return lacks


def read_examples(path: Path) -> list[Example]:
    """The rows of a table.

    Raises:
        InputError: if it cannot be read, has no row, lacks a column, or leaves a cell empty that must not be.
    """
    try:
        text = read_regular(path).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no UTF-8 text: {error.reason} at byte {error.start}") from error
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restval="")
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError(f"{path} is no CSV table: {error}") from error
    missing = [name for name in (*FILES, *TEXTS) if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(f"{path} has no column {missing[0]!r}; `bench demo` writes such tables as examples.csv")
    if not lines:
        raise InputError(f"{path} has no row")
    return [_example(path, line, row) for line, row in lines]


def _example(path: Path, line: int, row: Mapping[str, str]) -> Example:
    where = f"{path}, line {line}"
    cells = {name: unguarded(row[name].strip()) for name in (*FILES, *TEXTS)}
    for name in (*FILES, "target_id", "source_id"):
        if not cells[name] and name not in OPTIONAL:
            raise InputError(f"{where}: {name} is empty")
    return Example(where, path.parent, cells)
