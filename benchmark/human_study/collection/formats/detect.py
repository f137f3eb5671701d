"""Detects which kind of file answers are in, by its content and not by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmark.human_study.answers import COLUMNS
from benchmark.human_study.collection.arena import HEADER
from benchmark.human_study.collection.formats import (
    arena_votes,
    canonical,
    label_studio,
    mapped_table,
    mturk,
    wide_table,
)
from benchmark.human_study.collection.formats.column_map import ColumnMap
from benchmark.human_study.collection.formats.csv_table import Table, read_table
from benchmark.human_study.collection.formats.decoding import decode
from benchmark.human_study.collection.formats.json_documents import read_document
from benchmark.human_study.collection.formats.json_table import numbered_rows, table_of
from benchmark.human_study.collection.formats.raw_answers import RawAnswer
from benchmark.human_study.schema import Key, Study
from registry.errors import InputError, shortened, unknown

_KINDS = (
    "canonical CSV or JSON, batch results of Mechanical Turk, Label Studio's JSON export, votes between two methods, "
    "or any table with --columns"
)


@dataclass(frozen=True, slots=True)
class RawAnswers:
    """All answers of a file.

    Attributes:
        file: as it was named.
        kind: of file, in words.
        encoding: of its text.
        answers: in the order of the file.
        empty: cells of a wide table in which nobody answered.
    """

    file: str
    kind: str
    encoding: str
    answers: tuple[RawAnswer, ...]
    empty: int = 0


def read_raw_answers(
    path: Path, study: Study, key: Key, columns: ColumnMap | None = None, encoding: str | None = None
) -> RawAnswers:
    """Read a file of answers, of whichever kind.

    Args:
        path: the file.
        study: whose questions tell which of a foreign file's columns are answers.
        key: of the study, which tells what votes between methods are about.
        columns: of a table from another tool.
        encoding: of its text; found by the content where it is None.

    Raises:
        InputError: naming the file, and why no kind fits or where it is broken; or if it has no answers.
    """
    text, used = decode(path, encoding)
    name = str(path)
    if text.lstrip()[:1] in ("{", "["):
        kind, answers = _of_document(read_document(text, name), study, columns, name)
    else:
        kind, answers = _of_text(text, study, key, columns, name)
    read = tuple(answers)
    found = tuple(answer for answer in read if answer.fault is not mapped_table.EMPTY)
    if not found:
        raise InputError(f"{name} ({kind}) has no answers")
    return RawAnswers(name, kind, used, found, len(read) - len(found))


def _of_document(document: Any, study: Study, columns: ColumnMap | None, name: str) -> tuple[str, Iterator[RawAnswer]]:
    is_export = label_studio.is_export(document)
    if columns is not None:
        table = table_of(label_studio.flat_rows(document) if is_export else numbered_rows(document))
        if columns.missing(table.columns) is None:
            return "JSON by column map", mapped_table.from_table(table, columns, study, name)
    if is_export:
        return "Label Studio's export", label_studio.from_tasks(document)
    if label_studio.is_short_export(document) and columns is None:
        raise InputError(
            f"{name} is Label Studio's JSON-MIN export; add `--columns label-studio`, or a column map of its own, "
            "or export the project as JSON"
        )
    if isinstance(document, tuple) and (columns is None or canonical.are_posts(document)):
        return "canonical JSON, several", canonical.from_documents(document)
    rows = canonical.posted_rows(document)
    if rows is not None and canonical.are_answers(rows) and not label_studio.is_short_export(document):
        return "canonical JSON", canonical.from_rows(rows)
    if columns is not None:
        raise InputError(f"{name}: {_lacking(columns, table)}")
    first = rows[0] if rows else document
    content = ", ".join(map(str, list(first)[:8])) if isinstance(first, dict) else f"{type(first).__name__} values"
    raise InputError(f"{name}: its JSON ({shortened(content)}) is no file of answers; expected {_KINDS}")


def _of_text(
    text: str, study: Study, key: Key, columns: ColumnMap | None, name: str
) -> tuple[str, Iterator[RawAnswer]]:
    wanted = {*COLUMNS, *mturk.IDENTIFYING, *HEADER}
    if columns is not None:
        mapped = {heading for heading, _ in columns.headings()} | {
            heading for candidates in columns.first_of.values() for heading in candidates
        }
        table = read_table(text, name, mapped, columns.header_rows)
        if columns.missing(table.columns) is None:
            return "CSV by column map", mapped_table.from_table(table, columns, study, name)
        wanted |= mapped
    table = read_table(text, name, wanted)
    kind, answers = _of_table(table, study, key, columns, name)
    return kind, map(_with_decimal_points, answers) if table.has_decimal_commas else answers


def _of_table(
    table: Table, study: Study, key: Key, columns: ColumnMap | None, name: str
) -> tuple[str, Iterator[RawAnswer]]:
    present = set(table.columns)
    if present >= mturk.IDENTIFYING:
        table.check_unrepeated(mturk.IDENTIFYING, name)
        return "batch results of Mechanical Turk", mturk.from_table(table, study, name)
    table.check_unrepeated(COLUMNS, name)
    if present >= set(COLUMNS):
        return "canonical CSV", canonical.from_table(table)
    if arena_votes.is_arena(table):
        return "votes between two methods", arena_votes.from_table(table, study, key, name)
    if columns is not None:
        raise InputError(f"{name}: {_lacking(columns, table)}")
    if len(present & set(COLUMNS)) > len(COLUMNS) // 2:
        missing = ", ".join(name for name in COLUMNS if name not in present)
        raise InputError(f"{name}: canonical columns are missing: {missing}")
    found = shortened(", ".join(table.columns[:8]))
    advice = wide_table.suggestion(table, study)
    raise InputError(f"{name}: its columns ({found}) are of no known kind; expected {_KINDS}{advice}")


def _lacking(columns: ColumnMap, table: Table) -> str:
    """What a table lacks that a column map names, in words."""
    missing, key = columns.missing(table.columns) or ("", "")
    return f"{unknown('column', missing, table.columns)} (--columns has it for {key})"


def _with_decimal_points(answer: RawAnswer) -> RawAnswer:
    """An answer whose response time has a decimal point instead of a comma."""
    time = answer.cells.get("rt_ms", "")
    return replace(answer, cells={**answer.cells, "rt_ms": time.replace(",", ".")}) if "," in time else answer
