"""Canonical answers: one row for each question that a participant answered of a trial; ids only."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.human_study.collection.timestamps import to_utc
from benchmark.human_study.schema import SCHEMA_VERSION
from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.runtime.json_files import ResultError
from benchmark.runtime.spreadsheet_cells import guarded, unguarded

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "schema_version",
    "study_id",
    "participant_id",
    "session_id",
    "trial_id",
    "trial_index",
    "question_id",
    "shown_order",
    "choice",
    "rt_ms",
    "is_check",
    "started_at",
)
"""Of the table and of its CSV.

shown_order: ids of the options as they were shown, left to right, joined by spaces. choice: an option's id; or `tie`;
or `1` to `5` in `mos`; or `real` or `fake`. rt_ms: milliseconds from the trial's appearance to this answer. is_check: 0
or 1, told by the key at import; a page leaves it empty, since a rater must not know. started_at: when the trial
appeared, ISO 8601 in UTC.
"""
MAX_RESPONSE_MS = 7 * 24 * 60 * 60 * 1000.0
"""A week, for which a page may stay open before it is answered; anything longer is no response time."""
REQUIRED = ("study_id", "participant_id", "trial_id", "question_id", "shown_order", "choice")
"""Columns with no empty cell; the others may be unknown to the site that the answers come from."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of the table, whose columns its attributes are.

    Attributes:
        trial_index: the trial's position in its session, from 0; None where unknown.
        rt_ms: NaN where unknown.
        started_at: "" where unknown.
    """

    study_id: str
    participant_id: str
    session_id: str
    trial_id: str
    trial_index: int | None
    question_id: str
    shown_order: str
    choice: str
    rt_ms: float
    is_check: bool
    started_at: str
    schema_version: str = str(SCHEMA_VERSION)

    def cells(self) -> tuple[str, ...]:
        """Its canonical text, by column: equal for equal answers, whichever file they came from."""
        return (
            self.schema_version,
            self.study_id,
            self.participant_id,
            self.session_id,
            self.trial_id,
            "" if self.trial_index is None else str(self.trial_index),
            self.question_id,
            self.shown_order,
            self.choice,
            "" if math.isnan(self.rt_ms) else f"{self.rt_ms:.3f}".rstrip("0").rstrip("."),
            str(int(self.is_check)),
            self.started_at,
        )


def table(answers: Iterable[Answer]) -> pd.DataFrame:
    """Answers as a table of `COLUMNS`: text, but trial_index Int64, rt_ms float and is_check bool."""
    import pandas as pd  # a second to import, which `bench --help` does without

    dtypes = dict.fromkeys(COLUMNS, "str") | {"trial_index": "Int64", "rt_ms": "float64", "is_check": "bool"}
    rows = [[getattr(answer, name) for name in COLUMNS] for answer in answers]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dtypes)


def read_answers(path: Path) -> pd.DataFrame:
    """Read canonical answers as a table of `COLUMNS`: text, but trial_index Int64, rt_ms float and is_check bool.

    Raises:
        ResultError: naming the file, the row and the fault.
    """
    return table(read_rows(path))


def read_rows(path: Path) -> list[Answer]:
    """Read canonical answers, written as CSV or, where the name ends so, as JSON.

    Raises:
        ResultError: naming the file, the row and the fault.
    """
    try:
        text = path.read_bytes().decode("utf-8")
        rows = _json_rows(text) if path.suffix == ".json" else _csv_rows(text)
    except RecursionError as error:
        raise ResultError(f"{path}: is nested beyond any use") from error
    except (OSError, ValueError, csv.Error) as error:
        raise ResultError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    answers = []
    for number, row in enumerate(rows, start=1):
        try:
            answers.append(_answer(row))
        except ValueError as error:
            raise ResultError(f"{path}: answer {number}: {error}") from error
    return answers


def write_rows(path: Path, answers: Iterable[Answer]) -> None:
    """Write answers atomically as `read_rows` reads them, CSV cells guarded against formulas."""
    rows = [answer.cells() for answer in answers]
    if path.suffix == ".json":
        content = {"answers": [dict(zip(COLUMNS, row, strict=True)) for row in rows]}
        write_text_atomically(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        return
    write_text_atomically(path, csv_text([COLUMNS, *rows]))


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """CSV (RFC 4180) of rows, header first, cells guarded against formulas."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()


def _csv_rows(text: str) -> list[dict[str, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    _check_columns(next(reader, []))
    rows = []
    for cells in reader:
        if len(cells) != len(COLUMNS):
            raise ValueError(f"line {reader.line_num}: {len(cells)} cells, and the header has {len(COLUMNS)}")
        rows.append(dict(zip(COLUMNS, map(unguarded, cells), strict=True)))
    return rows


def _json_rows(text: str) -> list[dict[str, str]]:
    content = json.loads(text)
    rows = content.get("answers") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise ValueError("expected {'answers': [...]}")
    for row in rows:
        _check_columns(list(row) if isinstance(row, dict) else [])
        if not all(isinstance(cell, str) for cell in row.values()):
            raise ValueError("every cell must be text")
    return rows


def _check_columns(names: list[str]) -> None:
    if tuple(names) != COLUMNS:
        raise ValueError(f"its columns are {', '.join(names) or 'missing'}; expected {', '.join(COLUMNS)}")


def _answer(row: Mapping[str, str]) -> Answer:
    """The answer of a row that `Answer.cells` wrote."""
    if row["schema_version"] != str(SCHEMA_VERSION):
        raise ValueError(f"schema_version is {row['schema_version']!r}, and this code reads {SCHEMA_VERSION}")
    if missing := [name for name in REQUIRED if not row[name]]:
        raise ValueError(f"{missing[0]} is empty")
    if row["is_check"] not in ("0", "1"):
        raise ValueError(f"is_check is {row['is_check']!r}; expected 0 or 1")
    return Answer(
        study_id=row["study_id"],
        participant_id=row["participant_id"],
        session_id=row["session_id"],
        trial_id=row["trial_id"],
        trial_index=parse_trial_index(row["trial_index"]),
        question_id=row["question_id"],
        shown_order=row["shown_order"],
        choice=row["choice"],
        rt_ms=parse_milliseconds(row["rt_ms"]),
        is_check=row["is_check"] == "1",
        started_at=to_utc(row["started_at"]),
    )


def parse_trial_index(text: str) -> int | None:
    """A trial's position in its session; None for an empty text.

    Raises:
        ValueError: if it is not a whole number from 0.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"trial_index {text!r} is not a whole number from 0")
    return int(text)


def parse_milliseconds(text: str) -> float:
    """A response time; NaN for an empty one.

    Raises:
        ValueError: if it is not a number from 0 to `MAX_RESPONSE_MS` in plain digits.
    """
    if not text:
        return math.nan
    try:
        value = float(text) if text.isascii() and "_" not in text else math.nan  # Python reads more than tables hold
    except ValueError:
        value = math.nan
    if not 0 <= value <= MAX_RESPONSE_MS:
        raise ValueError(f"rt_ms {text!r} is not a number of milliseconds from 0 to {MAX_RESPONSE_MS:.0f}, a week")
    return round(value, 3)
