"""Answers that an import did not accept, with their reasons, kept in `rejected.csv`."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmark.human_study.answers import csv_text
from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.runtime.json_files import ResultError
from benchmark.runtime.spreadsheet_cells import unguarded
from registry.errors import shortened

csv.field_size_limit(2**31 - 1)  # a broken post is one cell, of any length

REJECTED = "rejected.csv"
HEADER = ("file", "row", "reason", "raw")
Row = tuple[str, ...]
"""A rejection's text by column."""


class Reason(StrEnum):
    """Why an answer is not accepted, as summaries count it."""

    ANOTHER_STUDY = "of another study"
    ANOTHER_SCHEMA = "of another schema version"
    DAMAGED = "damaged by a spreadsheet"
    NO_PARTICIPANT = "participant missing"
    NO_TRIAL = "names no trial"
    UNKNOWN_TRIAL = "unknown trial"
    PRACTICE = "practice trial"
    UNKNOWN_QUESTION = "unknown question"
    WRONG_ORDER = "shown order is not the trial's options"
    NO_CHOICE = "no choice"
    SEVERAL_CHOICES = "several choices"
    UNKNOWN_OPTION = "unknown option"
    OTHER_TRIALS_OPTION = "option of another trial"
    NOT_ALLOWED = "choice not allowed in this study"
    ASSIGNMENT_REJECTED = "assignment rejected"
    CANCELLED = "annotation cancelled"
    PREVIEW = "preview or test of the survey"
    BROKEN = "broken row"
    EMPTY = "empty cell"
    AGAIN = "answered again, the same"
    AGAIN_DIFFERENTLY = "answered again, differently"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one answer: the reason that is counted, and its details."""

    reason: Reason
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row of `rejected.csv`.

    Attributes:
        file: as it was named in the import.
        row: of a CSV as spreadsheets count (the header is 1); of JSON the number of the answer or task, from 1; where a
            file has several documents, the line where the document begins.
        raw: all that the file says of it, as JSON.
        part: which of the row's answers it is, a question or a column; "" where the row has one.
    """

    file: str
    row: int
    fault: Fault
    raw: str
    part: str = ""

    def cells(self) -> Row:
        """Its text by column."""
        part = f" ({shortened(self.part)})" if self.part else ""
        return self.file, str(self.row), f"{self.fault}{part}", self.raw


def write_rejections(path: Path, earlier: Sequence[Row], by_file: Iterable[Iterable[Rejection]]) -> None:
    """Write the rejections of earlier imports and new ones, atomically; nothing where none is new.

    One row of a file may be several answers, which are then listed alike. So each is there as often as the file has it,
    however often the file is imported.
    """
    rows = Counter(earlier)
    for rejections in by_file:
        rows |= Counter(rejection.cells() for rejection in rejections)
    if rows != Counter(earlier):
        write_text_atomically(path, csv_text([HEADER, *rows.elements()]))


def read_rejections(path: Path) -> list[Row]:
    """The rows of earlier imports.

    Raises:
        ResultError: if the file cannot be read, or has other content.
    """
    try:
        text = path.read_bytes().decode("utf-8")
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        if tuple(header) != HEADER or any(len(row) != len(HEADER) for row in rows):
            raise ValueError(f"expected the columns {', '.join(HEADER)}")
    except (OSError, ValueError, csv.Error) as error:
        raise ResultError(f"{path}: {getattr(error, 'strerror', None) or error}; move it away") from error
    return [tuple(map(unguarded, row)) for row in rows]
