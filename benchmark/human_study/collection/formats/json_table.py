"""JSON of flat rows as a table: lists of maps, whose inner maps become columns of dotted names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmark.human_study.collection.formats.csv_table import Row, Table
from benchmark.human_study.collection.formats.json_documents import Document
from benchmark.human_study.collection.formats.raw_answers import text_of

Numbered = tuple[int, Any, str]
"""A row's number, its content, and what is wrong with it, in words."""


def table_of(rows: Iterable[Numbered]) -> Table:
    """A table of rows, with every column that a row has; what is no map is a broken row."""
    made = [_row(number, content, broken) for number, content, broken in rows]
    columns = dict.fromkeys(column for row in made for column in row.cells)
    return Table(tuple(columns), "", tuple(made))


def numbered_rows(document: Any) -> Iterator[Numbered]:
    """The rows of one document, numbered from 1, or of several (a tuple), by the line in which each begins."""
    if not isinstance(document, tuple):
        for number, row in enumerate(_rows(document), start=1):
            yield number, row, ""
        return
    for part in document:
        yield from _rows_of_part(part)


def _rows_of_part(part: Document) -> Iterator[Numbered]:
    if part.broken:
        yield part.line, part.value, part.broken
        return
    for row in _rows(part.value):
        yield part.line, row, ""


def _rows(document: Any) -> list[Any]:
    """A list's items; those of a map's only list, such as `{"data": [...]}`; or the one row that the document is."""
    if isinstance(document, list):
        # one list of rows per participant, as servers collect them
        nested = document and all(isinstance(inner, list) for inner in document)
        return [row for inner in document for row in inner] if nested else document
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list) and _are_maps(value)]
        if len(lists) == 1:
            return lists[0]
    return [document]


def _are_maps(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, dict) for value in values)


def _row(number: int, content: Any, broken: str) -> Row:
    if isinstance(content, dict):
        return Row(number, flat_cells(content), broken)
    return Row(number, {"": text_of(content)}, broken or "not a row with named cells")


def flat_cells(content: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """The cells of a map: `a.b` of a map within it; a list of plain values joined by spaces, any other as JSON."""
    cells: dict[str, str] = {}
    for key, value in content.items():
        name = f"{prefix}{text_of(key)}"
        if isinstance(value, dict):
            cells |= flat_cells(value, f"{name}.")
        elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
            cells[name] = text_of(json.dumps(value, ensure_ascii=False))
        else:
            cells[name] = text_of(value)
    return cells
