"""Canonical answers, as the study's page downloads them (CSV, JSON) and sends them (JSON, one or several requests)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmark.human_study.answers import COLUMNS, REQUIRED
from benchmark.human_study.collection.formats.csv_table import Table
from benchmark.human_study.collection.formats.json_documents import Document
from benchmark.human_study.collection.formats.mturk import rejected_work
from benchmark.human_study.collection.formats.raw_answers import RawAnswer, raw_json, text_of
from benchmark.human_study.collection.rejections import Fault, Reason
from benchmark.runtime.spreadsheet_cells import unguarded

_REQUIRED_KEYS = frozenset({"trial_id", "choice"})
"""Cells by which a canonical answer is recognised."""


def from_table(table: Table) -> Iterator[RawAnswer]:
    """Raw answers of a CSV that has every canonical column, in whatever order."""
    for row in table.rows:
        broken = row.without(REQUIRED)
        fault = rejected_work(row.cells) or (Fault(Reason.BROKEN, broken) if broken else None)
        cells = {name: unguarded(row.cells.get(name, "")) for name in COLUMNS}
        yield RawAnswer(row.number, raw_json(row.cells), cells, fault)


def from_documents(documents: tuple[Document, ...]) -> Iterator[RawAnswer]:
    """Raw answers of several documents, each of them an answer, a list of answers or the body of a POST request."""
    for document in documents:
        if document.broken:
            yield RawAnswer(document.line, raw_json(document.value), {}, Fault(Reason.BROKEN, document.broken))
            continue
        rows = posted_rows(document.value)
        for row in [document.value] if rows is None else rows:
            yield _raw_answer(document.line, row)


def are_posts(documents: tuple[Document, ...]) -> bool:
    """Whether one of several documents is an answer, a list of answers or the body of a POST request."""
    return any((rows := posted_rows(document.value)) is not None and are_answers(rows) for document in documents)


def from_rows(rows: list[Any]) -> Iterator[RawAnswer]:
    """Raw answers of one list of answers."""
    for number, row in enumerate(rows, start=1):
        yield _raw_answer(number, row)


def posted_rows(document: Any) -> list[Any] | None:
    """The answers of a list, of a request's body `{"answers": [...]}`, or the one answer; None of anything else."""
    if isinstance(document, dict):
        document = [document] if document.keys() >= _REQUIRED_KEYS else document.get("answers")
    return document if isinstance(document, list) else None


def are_answers(rows: list[Any]) -> bool:
    """Whether rows are canonical answers, if some broken or none at all."""
    return not rows or any(isinstance(row, dict) and row.keys() >= _REQUIRED_KEYS for row in rows)


def _raw_answer(number: int, row: Any) -> RawAnswer:
    if not isinstance(row, dict):
        return RawAnswer(number, raw_json(row), {}, Fault(Reason.BROKEN, "not an answer with named cells"))
    missing = [name for name in COLUMNS if name not in row and name != "is_check"]
    fault = Fault(Reason.BROKEN, f"it has no {missing[0]}") if missing else None
    cells = {name: text_of(row.get(name)) for name in COLUMNS}
    return RawAnswer(number, raw_json(row), cells, fault)
