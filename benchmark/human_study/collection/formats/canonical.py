"""Canonical answers, as the study's page downloads them (CSV, JSON) and posts them (JSON, one post after another)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmark.human_study.answers import COLUMNS
from benchmark.human_study.collection.formats.claims import Claim, raw_json, text_of
from benchmark.human_study.collection.formats.csv_sheets import Sheet
from benchmark.human_study.collection.formats.json_documents import Part
from benchmark.human_study.collection.formulas import unguarded
from benchmark.human_study.collection.rejections import Fault, Reason

_TELLING = frozenset({"trial_id", "choice"})
"""Cells by which a canonical answer is known."""


def from_sheet(sheet: Sheet) -> Iterator[Claim]:
    """Claims of a CSV that has every canonical column, in whatever order."""
    for row in sheet.rows:
        fault = Fault(Reason.BROKEN, row.broken) if row.broken else None
        cells = {name: unguarded(row.cells.get(name, "")) for name in COLUMNS}
        yield Claim(row.number, raw_json(row.cells), cells, fault)


def from_parts(parts: tuple[Part, ...]) -> Iterator[Claim]:
    """Claims of several documents, each an answer, a list of answers or the body of a post."""
    for part in parts:
        if part.broken:
            yield Claim(part.line, raw_json(part.value), {}, Fault(Reason.BROKEN, part.broken))
            continue
        rows = posted_rows(part.value)
        for row in [part.value] if rows is None else rows:
            yield _claim(part.line, row)


def from_rows(rows: list[Any]) -> Iterator[Claim]:
    """Claims of one list of answers."""
    for number, row in enumerate(rows, start=1):
        yield _claim(number, row)


def posted_rows(document: Any) -> list[Any] | None:
    """The answers of a list, of a post's body `{"answers": [...]}`, or the one answer; None of anything else."""
    if isinstance(document, dict):
        document = [document] if document.keys() >= _TELLING else document.get("answers")
    return document if isinstance(document, list) else None


def are_answers(rows: list[Any]) -> bool:
    """Whether rows are canonical answers, if some broken or none at all."""
    return not rows or any(isinstance(row, dict) and row.keys() >= _TELLING for row in rows)


def _claim(number: int, row: Any) -> Claim:
    if not isinstance(row, dict):
        return Claim(number, raw_json(row), {}, Fault(Reason.BROKEN, "not an answer with named cells"))
    missing = [name for name in COLUMNS if name not in row and name != "is_check"]
    fault = Fault(Reason.BROKEN, f"it has no {missing[0]}") if missing else None
    cells = {name: text_of(row.get(name)) for name in COLUMNS}
    return Claim(number, raw_json(row), cells, fault)
