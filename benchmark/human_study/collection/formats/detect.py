"""Which kind of file answers came in, told by what it holds and not by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmark.human_study.answers import COLUMNS
from benchmark.human_study.collection.formats import canonical, column_map, label_studio, mturk
from benchmark.human_study.collection.formats.claims import Claim
from benchmark.human_study.collection.formats.column_map import ColumnMap
from benchmark.human_study.collection.formats.csv_sheets import Sheet, read_sheet
from benchmark.human_study.collection.formats.decoding import decoded
from benchmark.human_study.collection.formats.json_documents import read_document
from benchmark.human_study.schema import Study
from registry.errors import InputError, unknown

_KINDS = "canonical CSV or JSON, batch results of Mechanical Turk, Label Studio's JSON export, or a CSV with --columns"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a file claims.

    Attributes:
        file: as it was named.
        kind: of file, in words.
        encoding: of its text.
        claims: in the order of the file.
    """

    file: str
    kind: str
    encoding: str
    claims: tuple[Claim, ...]


def read_claims(path: Path, study: Study, columns: ColumnMap | None = None) -> Claims:
    """Read a file of answers, of whichever kind.

    Args:
        path: the file.
        study: whose questions tell which of a foreign file's columns are answers.
        columns: of a table of another make.

    Raises:
        InputError: naming the file, and what it is that no kind fits, or where it is broken; or if it holds no answers.
    """
    text, encoding = decoded(path)
    name = str(path)
    if text.lstrip()[:1] in ("{", "["):
        kind, claims = _of_document(read_document(text, name), name)
    else:
        kind, claims = _of_sheet(read_sheet(text, name), study, columns, name)
    found = tuple(claims)
    if not found:
        raise InputError(f"{name} ({kind}) holds no answers")
    return Claims(name, kind, encoding, found)


def _of_document(document: Any, name: str) -> tuple[str, Iterator[Claim]]:
    if isinstance(document, tuple):
        return "canonical JSON, several", canonical.from_parts(document)
    if label_studio.is_export(document):
        return "Label Studio's export", label_studio.from_tasks(document)
    if label_studio.is_short_export(document):
        raise InputError(f"{name} is Label Studio's JSON-MIN export; export the project as JSON instead")
    rows = canonical.posted_rows(document)
    if rows is None or not canonical.are_answers(rows):
        first = rows[0] if rows else document
        held = ", ".join(map(str, list(first)[:8])) if isinstance(first, dict) else f"{type(first).__name__} values"
        raise InputError(f"{name}: its JSON ({held}) is no file of answers; expected {_KINDS}")
    return "canonical JSON", canonical.from_rows(rows)


def _of_sheet(sheet: Sheet, study: Study, columns: ColumnMap | None, name: str) -> tuple[str, Iterator[Claim]]:
    kind, claims = _of_columns(sheet, study, columns, name)
    return kind, map(_with_points, claims) if sheet.separator == ";" else claims


def _of_columns(sheet: Sheet, study: Study, columns: ColumnMap | None, name: str) -> tuple[str, Iterator[Claim]]:
    held = set(sheet.columns)
    if columns is not None and columns.all_columns().keys() <= held:
        return "CSV by column map", column_map.from_sheet(sheet, columns)
    if held >= mturk.IDENTIFYING:
        return "batch results of Mechanical Turk", mturk.from_sheet(sheet, study, name)
    if held >= set(COLUMNS):
        return "canonical CSV", canonical.from_sheet(sheet)
    if columns is not None:
        missing = next(each for each in columns.all_columns() if each not in held)
        key = columns.all_columns()[missing]
        raise InputError(f"{name}: {unknown('column', missing, held)} (--columns has it for {key})")
    if len(held & set(COLUMNS)) > len(COLUMNS) // 2:
        lacking = ", ".join(each for each in COLUMNS if each not in held)
        raise InputError(f"{name}: canonical columns are missing: {lacking}")
    found = ", ".join(sheet.columns[:8])
    raise InputError(f"{name}: its columns ({found}) are of no known kind; expected {_KINDS}")


def _with_points(claim: Claim) -> Claim:
    """Response times as spreadsheets write them where they separate cells by semicolons: with a decimal comma."""
    time = claim.cells.get("rt_ms", "")
    return replace(claim, cells={**claim.cells, "rt_ms": time.replace(",", ".")}) if "," in time else claim
