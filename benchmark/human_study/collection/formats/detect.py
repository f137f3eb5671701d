"""Detects which kind of file answers are in, by its content and not by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmark.human_study.answers import COLUMNS
from benchmark.human_study.collection.formats import canonical, column_map, label_studio, mturk
from benchmark.human_study.collection.formats.column_map import ColumnMap
from benchmark.human_study.collection.formats.csv_table import Table, read_table
from benchmark.human_study.collection.formats.decoding import decode
from benchmark.human_study.collection.formats.json_documents import read_document
from benchmark.human_study.collection.formats.raw_answers import RawAnswer
from benchmark.human_study.schema import Study
from registry.errors import InputError, unknown

_KINDS = "canonical CSV or JSON, batch results of Mechanical Turk, Label Studio's JSON export, or a CSV with --columns"


@dataclass(frozen=True, slots=True)
class RawAnswers:
    """All answers of a file.

    Attributes:
        file: as it was named.
        kind: of file, in words.
        encoding: of its text.
        answers: in the order of the file.
    """

    file: str
    kind: str
    encoding: str
    answers: tuple[RawAnswer, ...]


def read_raw_answers(path: Path, study: Study, columns: ColumnMap | None = None) -> RawAnswers:
    """Read a file of answers, of whichever kind.

    Args:
        path: the file.
        study: whose questions tell which of a foreign file's columns are answers.
        columns: of a table from another tool.

    Raises:
        InputError: naming the file, and why no kind fits or where it is broken; or if it has no answers.
    """
    text, encoding = decode(path)
    name = str(path)
    if text.lstrip()[:1] in ("{", "["):
        kind, answers = _of_document(read_document(text, name), name)
    else:
        kind, answers = _of_table(read_table(text, name), study, columns, name)
    found = tuple(answers)
    if not found:
        raise InputError(f"{name} ({kind}) has no answers")
    return RawAnswers(name, kind, encoding, found)


def _of_document(document: Any, name: str) -> tuple[str, Iterator[RawAnswer]]:
    if isinstance(document, tuple):
        return "canonical JSON, several", canonical.from_documents(document)
    if label_studio.is_export(document):
        return "Label Studio's export", label_studio.from_tasks(document)
    if label_studio.is_short_export(document):
        raise InputError(f"{name} is Label Studio's JSON-MIN export; export the project as JSON instead")
    rows = canonical.posted_rows(document)
    if rows is None or not canonical.are_answers(rows):
        first = rows[0] if rows else document
        content = ", ".join(map(str, list(first)[:8])) if isinstance(first, dict) else f"{type(first).__name__} values"
        raise InputError(f"{name}: its JSON ({content}) is no file of answers; expected {_KINDS}")
    return "canonical JSON", canonical.from_rows(rows)


def _of_table(table: Table, study: Study, columns: ColumnMap | None, name: str) -> tuple[str, Iterator[RawAnswer]]:
    kind, answers = _of_columns(table, study, columns, name)
    return kind, map(_with_decimal_points, answers) if table.separator == ";" else answers


def _of_columns(table: Table, study: Study, columns: ColumnMap | None, name: str) -> tuple[str, Iterator[RawAnswer]]:
    present = set(table.columns)
    if columns is not None and columns.all_columns().keys() <= present:
        return "CSV by column map", column_map.from_table(table, columns)
    if present >= mturk.IDENTIFYING:
        return "batch results of Mechanical Turk", mturk.from_table(table, study, name)
    if present >= set(COLUMNS):
        return "canonical CSV", canonical.from_table(table)
    if columns is not None:
        missing = next(name for name in columns.all_columns() if name not in present)
        key = columns.all_columns()[missing]
        raise InputError(f"{name}: {unknown('column', missing, present)} (--columns has it for {key})")
    if len(present & set(COLUMNS)) > len(COLUMNS) // 2:
        missing = ", ".join(name for name in COLUMNS if name not in present)
        raise InputError(f"{name}: canonical columns are missing: {missing}")
    found = ", ".join(table.columns[:8])
    raise InputError(f"{name}: its columns ({found}) are of no known kind; expected {_KINDS}")


def _with_decimal_points(answer: RawAnswer) -> RawAnswer:
    """Response times as spreadsheets write them where they separate cells by semicolons: with a decimal comma."""
    time = answer.cells.get("rt_ms", "")
    return replace(answer, cells={**answer.cells, "rt_ms": time.replace(",", ".")}) if "," in time else answer
