"""What the tables of a folder of faces say: attributes, splits and poses."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.errors import DataError
from benchmark.datasets.face_folder.table import Row, Table, read_table
from benchmark.datasets.packed import Split
from benchmark.images.listing import FileCount
from benchmark.runtime.cell_values import is_missing, without_zero_decimals
from methods.labels import ATTRIBUTES
from registry.errors import unknown

ATTRIBUTE_TABLE: Final = "attributes.csv"
SPLIT_TABLE: Final = "splits.csv"
POSE_TABLE: Final = "poses.csv"
TABLES: Final = (ATTRIBUTE_TABLE, SPLIT_TABLE, POSE_TABLE)

_TRUE: Final = ("1", "true")
_FALSE: Final = ("0", "-1", "false")
_SPLIT_NAMES: Final[Mapping[str, Split]] = {
    "train": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}
RESERVED: Final = ("all", "face", "hair", "pose", "yaw")
"""Words that mean something else where attributes are named."""
_OWN_NAME: Final = re.compile(r"\w[\w-]*")
_ANGLES: Final = ("yaw", "pitch", "roll")
_FULL_TURN: Final = 360.0
_LONGEST_VALUE: Final = 20
"""Characters of a value that a message repeats."""


@dataclass(frozen=True)
class Annotations:
    """What is known of faces, by id; a face without a well-formed row is absent.

    Attributes:
        attributes: (A,) uint8 in {0, 1}; None where there is no table.
        known_attributes: those that the table has a column of.
        own_attributes: those of them that are none of CelebA's, whose columns follow these.
        splits: None where there is no table.
        poses: (3,) float32 yaw, pitch, roll in degrees.
        faults: what is wrong with the row of a face, as a sentence.
        left_out: rows and columns that are not used, by table.
        digests: SHA-256 of each table.
    """

    attributes: Mapping[str, NDArray[np.uint8]] | None
    known_attributes: tuple[str, ...]
    own_attributes: tuple[str, ...]
    splits: Mapping[str, Split] | None
    poses: Mapping[str, NDArray[np.float32]]
    faults: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, list[FileCount]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)


def read_annotations(root: Path, faces: Collection[str], attribute_names: Sequence[str]) -> Annotations:
    """Read the tables of a folder, as far as they are there.

    Args:
        root: the folder.
        faces: the ids of the faces whose images are there.
        attribute_names: own columns with their attributes of CelebA, `own=Smiling`, and columns that are attributes of
            the folder's own, `Freckles`.

    Raises:
        DataError: if a table cannot be read, has no column that it needs, or says what cannot be meant: an unknown
            split, two splits of one face, a pose that is none. A cell that says nothing is no contradiction.
    """
    tables = {name: table for name in TABLES if (table := read_table(root / name, faces)) is not None}
    left_out = {name: [table.strangers] for name, table in tables.items() if table.strangers is not None}
    attributes: dict[str, NDArray[np.uint8]] | None = None
    known: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    faults: dict[str, str] = {}
    if (table := tables.get(ATTRIBUTE_TABLE)) is not None:
        columns = _attribute_columns(table, attribute_names)
        own = tuple(name for name in columns.values() if name not in ATTRIBUTES)
        known = (*(name for name in ATTRIBUTES if name in columns.values()), *own)
        attributes, faults = _attributes(table, columns)
        if others := [name for name in table.columns if name not in columns]:
            count = FileCount("columns of no known attribute", len(others), others[0])
            left_out.setdefault(ATTRIBUTE_TABLE, []).append(count)
    elif attribute_names:
        raise DataError(f"attribute_names names columns of {root / ATTRIBUTE_TABLE}, which is not there")
    splits = _splits(tables[SPLIT_TABLE]) if SPLIT_TABLE in tables else None
    poses: dict[str, NDArray[np.float32]] = {}
    if (table := tables.get(POSE_TABLE)) is not None:
        poses = _poses(table)
        if unknown_poses := [face for face in table.rows if face not in poses]:
            count = FileCount("faces with a missing angle, whose pose is unknown", len(unknown_poses), unknown_poses[0])
            left_out.setdefault(POSE_TABLE, []).append(count)
    digests = {name: table.digest for name, table in tables.items()}
    return Annotations(attributes, known, own, splits, poses, faults, left_out, digests)


def split_by_hash(face: str, val_share: float, test_share: float) -> Split:
    """The split of a face by the SHA-256 of its id, whatever other faces there are."""
    place = int.from_bytes(hashlib.sha256(face.encode()).digest()[:8]) / 2**64
    return "test" if place < test_share else "val" if place < test_share + val_share else "train"


def _attribute_columns(table: Table, attribute_names: Sequence[str]) -> dict[str, str]:
    """The attribute of each column that has one: CelebA's, or one of the folder's own."""
    columns = {name: name for name in table.columns if name in ATTRIBUTES}
    for assignment in attribute_names:
        own, sign, name = (word.strip() for word in str(assignment).partition("="))
        if sign and name not in ATTRIBUTES:
            raise DataError(f"attribute_names: {assignment!r}: {unknown('attribute', name, ATTRIBUTES)}")
        if not sign and (
            near := next((name for name in ATTRIBUTES if name.lower() == own.lower() and name != own), None)
        ):
            raise DataError(f"attribute_names: {assignment!r} is {near} of CelebA: write it as {own}={near}")
        if not sign and (own in RESERVED or _OWN_NAME.fullmatch(own) is None):
            raise DataError(
                f"attribute_names: {assignment!r}: an attribute's name is of letters, digits, _ and -, such as "
                f"Freckles, and none of {', '.join(RESERVED)}; or map the column to one of CelebA's, as own=Smiling"
            )
        if own not in table.columns:
            raise DataError(f"attribute_names: {table.name} has no column {own!r}; it has {', '.join(table.columns)}")
        columns[own] = name if sign else own
    for own, name in columns.items():
        if others := [other for other in columns if other != own and columns[other] == name]:
            raise DataError(f"{table.name}: the columns {own!r} and {others[0]!r} are both {name}")
    if not columns:
        raise DataError(
            f"{table.name} has no column of a known attribute; name them as CelebA does, such as Smiling, or name them "
            f"by attribute_names; its columns: {', '.join(table.columns) or 'none'}"
        )
    return columns


def _attributes(table: Table, columns: Mapping[str, str]) -> tuple[dict[str, NDArray[np.uint8]], dict[str, str]]:
    """The attributes of each face, and what is wrong with the rows of the others."""
    _require_one_absence(table, columns)
    places = (*ATTRIBUTES, *(name for name in columns.values() if name not in ATTRIBUTES))
    found: dict[str, NDArray[np.uint8]] = {}
    faults: dict[str, str] = {}
    for face, rows in table.rows.items():
        for row in rows:
            values = np.zeros(len(places), np.uint8)
            for column, name in columns.items():
                text = without_zero_decimals(row.cells[column]).lower()
                if text not in (*_TRUE, *_FALSE):
                    what = repr(row.cells[column][:_LONGEST_VALUE]) if text else "empty"
                    faults[face] = f"{row.where}: {column} is {what}, not 1 and 0, 1 and -1, or true and false"
                values[places.index(name)] = text in _TRUE
            if not np.array_equal(found.setdefault(face, values), values):
                faults.setdefault(face, f"{row.where}: says other attributes than {rows[0].where}")
    return {face: values for face, values in found.items() if face not in faults}, faults


def _require_one_absence(table: Table, columns: Mapping[str, str]) -> None:
    """Refuse a table in which -1 and 0 are both said of attributes: one of them may mean that it is unknown."""
    first: dict[str, str] = {}
    for rows in table.rows.values():
        for row in rows:
            for column in columns:
                number = without_zero_decimals(row.cells[column])
                if number in ("0", "-1"):
                    first.setdefault(number, f"{row.where} has {number} as {column}")
    if len(first) > 1:
        raise DataError(f"{' and '.join(first.values())}: write what a face has not as 0 or as -1, everywhere the same")


def _splits(table: Table) -> dict[str, Split]:
    column = _column(table, "split")
    splits: dict[str, Split] = {}
    for face, rows in table.rows.items():
        for row in rows:
            if is_missing(row.cells[column]):
                continue
            split = _SPLIT_NAMES.get(row.cells[column].lower())
            if split is None:
                raise DataError(f"{row.where}: {unknown('split', row.cells[column], ('train', 'val', 'test'))}")
            if splits.setdefault(face, split) != split:
                raise DataError(f"{row.where}: {face} is in {split}, and {rows[0].where} has it in {splits[face]}")
    return splits


def _poses(table: Table) -> dict[str, NDArray[np.float32]]:
    columns = [_column(table, name) for name in _ANGLES]
    poses: dict[str, NDArray[np.float32]] = {}
    for face, rows in table.rows.items():
        for row in rows:
            if not any(is_missing(row.cells[column]) for column in columns):
                pose = np.array([_degrees(row, column) for column in columns], np.float32)
                if not np.array_equal(poses.setdefault(face, pose), pose):
                    raise DataError(f"{row.where}: says another pose of {face} than {rows[0].where}")
    return poses


def _degrees(row: Row, column: str) -> float:
    text = row.cells[column]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= _FULL_TURN:
        raise DataError(f"{row.where}: {column} is {text[:_LONGEST_VALUE]!r}, not degrees between -360 and 360")
    return value


def _column(table: Table, name: str) -> str:
    for column in table.columns:
        if column.lower() == name:
            return column
    raise DataError(f"{table.name} has no column {name!r}; its columns: {', '.join(table.columns) or 'none'}")
