"""Reads a table about faces: a CSV file with a column of ids, whose rows are found by face."""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from benchmark.datasets.errors import DataError
from benchmark.images.listing import FileCount
from benchmark.images.read import is_image_name
from benchmark.runtime.csv_separator import separator_of
from benchmark.runtime.regular_files import read_regular

ID_COLUMNS: Final = ("id", "face", "image", "name", "file", "filename", "image_id", "face_id")
"""What the column of ids may be called, in upper or lower case."""


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes:
        where: the file's name and the line, as messages name it.
        cells: texts by column, without blanks around them.
    """

    where: str
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A table about faces.

    Attributes:
        name: of its file.
        columns: in order, without that of the ids.
        rows: by face, in the order of their lines.
        strangers: the rows for which there is no image.
        digest: SHA-256 of the file's bytes.
    """

    name: str
    columns: tuple[str, ...]
    rows: dict[str, list[Row]]
    strangers: FileCount | None
    digest: str


def read_table(path: Path, faces: Collection[str]) -> Table | None:
    """A table, or None where there is no such file.

    Ids are text, so that 007 is not 7; they may have the ending of their image.

    A row that lacks cells at its end has empty ones.

    Args:
        path: a CSV file in UTF-8, with a line of names first; parted by commas, semicolons or tabs.
        faces: the ids of the faces whose images are there.

    Raises:
        DataError: if the file cannot be read, has no column of ids, a column twice, or a row with too many cells.
    """
    if not path.exists():
        return None
    try:
        content = read_regular(path)
        text = content.decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text, _is_of_ids), strict=True)
        read = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if "".join(cells).strip()]
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text: save it as CSV in UTF-8") from error
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: {error}") from error
    if not read:
        raise DataError(f"{path} is empty; its first line names the columns, such as id,Smiling")
    header = read[0][1]
    while not header[-1]:  # spreadsheets keep columns that were emptied
        header.pop()
    key = next((place for place, name in enumerate(header) if _is_of_ids(name)), None)
    if key is None:
        raise DataError(f"{path} has no column of ids ({', '.join(ID_COLUMNS)}); its columns: {', '.join(header)}")
    if twice := [name for name in header if header.count(name) > 1]:
        raise DataError(f"{path} has the column {twice[0]!r} twice")
    rows: dict[str, list[Row]] = {}
    strangers = []
    for line, cells in read[1:]:
        if any(cells[len(header) :]):
            raise DataError(f"{path}, line {line}: has {len(cells)} cells, where the first line has {len(header)}")
        named = dict(zip_longest(header, cells[: len(header)], fillvalue=""))
        face = _face_of(named[header[key]], faces)
        if face in faces:
            rows.setdefault(face, []).append(Row(f"{path.name}, line {line}", named))
        else:
            strangers.append(named[header[key]])
    count = FileCount("rows for which there is no image", len(strangers), strangers[0]) if strangers else None
    columns = tuple(name for place, name in enumerate(header) if place != key)
    return Table(path.name, columns, rows, count, hashlib.sha256(content).hexdigest())


def normal(name: str) -> str:
    """A name in Unicode's composed form, which file systems and spreadsheets do not agree on."""
    return unicodedata.normalize("NFC", name)


def _is_of_ids(name: str) -> bool:
    return name.lower() in ID_COLUMNS


def _face_of(cell: str, faces: Collection[str]) -> str:
    name = normal(cell)
    return name if name in faces or not is_image_name(name) else name.rpartition(".")[0]
