"""Tables with several answers in a row: one row per rater with a column per trial, or one column per rater."""

from __future__ import annotations

import re
from collections.abc import Iterable

from benchmark.human_study.collection.formats.column_map import ColumnMap, WideColumn
from benchmark.human_study.collection.formats.csv_table import Table
from benchmark.human_study.schema import REAL_OR_FAKE, SCORES, TIE, Study
from benchmark.runtime.cell_values import is_missing
from registry.errors import InputError, quoted

_WORD = re.compile(r"[^\W_]+")
_SHOWN_COLUMNS = 4
"""Columns that a message names."""
_CHOICES = frozenset({"a", "b", "c", "d", "left", "right", "image a", "image b", TIE, *SCORES, *REAL_OR_FAKE, "0"})
"""What cells of a rater's or a trial's column often are."""

Answered = dict[str, dict[str, str]]
"""What each column of a wide table says of its answers beside the choice, by canonical name."""


def answered_columns(table: Table, columns: ColumnMap, study: Study, name: str) -> Answered:
    """The columns of a table that have answers.

    Raises:
        InputError: if the map does not fit the study, or no column names a trial.
    """
    wide = columns.wide
    if wide is None:
        return {}
    if wide.raters:
        return {heading: {"participant_id": heading} for heading in wide.raters}
    if isinstance(wide.trials, str):
        return _named(table, columns, study, name)
    if isinstance(wide.trials, dict):
        return {heading: _of(column) for heading, column in wide.trials.items()}
    if len(wide.trials) != len(study.trials):
        raise InputError(
            f"{name}: wide.trials lists {len(wide.trials)} columns, and the study has {len(study.trials)} trials, "
            "which they should answer in order; map columns to trials instead, as {COLUMN: TRIAL_ID}"
        )
    return {heading: {"trial_id": trial.id} for heading, trial in zip(wide.trials, study.trials, strict=True)}


def _of(column: str | WideColumn) -> dict[str, str]:
    if isinstance(column, str):
        return {"trial_id": column}
    question = {"question_id": column.question_id} if column.question_id else {}
    return {"trial_id": column.trial_id, **question}


def _named(table: Table, columns: ColumnMap, study: Study, name: str) -> Answered:
    trials = {trial.id for trial in (*study.trials, *study.practice)}
    headings = dict(zip(table.columns, table.headings or table.columns, strict=True))
    needs_question = len(study.questions) > 1 and not columns.gives("question_id")
    answered: Answered = {}
    for column, heading in headings.items():
        found = trials.intersection(_WORD.findall(heading))
        if len(found) != 1:
            continue
        answered[column] = {"trial_id": found.pop()}
        if needs_question:
            answered[column]["question_id"] = _question(heading, study)
    if not answered:
        raise InputError(
            f"{name}: no column's heading has the id of one of the study's trials, such as {study.trials[0].id}; map "
            "columns to trials in the column map, as wide: {trials: {COLUMN: TRIAL_ID}}"
        )
    for column, cells in answered.items():
        twin = next((other for other, others in answered.items() if others == cells and other != column), None)
        if twin is not None and cells.get("question_id") != "":
            raise InputError(
                f"{name}: columns {quoted(column)} and {quoted(twin)} both name trial {cells['trial_id']}; map the one "
                "with the answers in the column map, as wide: {trials: {COLUMN: TRIAL_ID}}"
            )
    if unclear := [column for column, cells in answered.items() if cells.get("question_id") == ""]:
        questions = ", ".join(question.id for question in study.questions)
        raise InputError(
            f"{name}: the heading of column {quoted(unclear[0])} has none of the study's questions ({questions}); give "
            "question_id in the column map"
        )
    return answered


def _question(heading: str, study: Study) -> str:
    """The question whose id or text a heading has; "" where it has none or several."""
    words = set(_WORD.findall(heading))
    found = [
        question.id
        for question in study.questions
        if set(_WORD.findall(question.id)) <= words or question.text.casefold() in heading.casefold()
    ]
    return found[0] if len(found) == 1 else ""


def suggestion(table: Table, study: Study) -> str:
    """What to do with a table that seems to be wide, as the end of a sentence; "" of any other."""
    trials = {trial.id for trial in study.trials}
    if named := [column for column in table.columns if trials.intersection(_WORD.findall(column))]:
        return f"; {_listed(named)} name trials: a column map with `wide: {{trials: named}}` takes one row per rater"
    others = [column for column in table.columns if column and _are_choices(_cells(table, column))]
    for column in table.columns:
        cells = _cells(table, column)
        each_once = len(cells) > 1 and trials.issuperset(cells) and len(set(cells)) == len(cells)
        if each_once and len(others) > 1:
            return (
                f"; {quoted(column)} has the study's trials, each once: if {_listed(others)} are raters, a column map "
                "with `wide: {raters: [COLUMN, COLUMN]}` takes one column per rater"
            )
    if len(others) > 1:
        return (
            f"; if {_listed(others)} answer one trial each, a column map with `wide: {{trials: {{COLUMN: TRIAL_ID}}}}` "
            "takes one row per rater"
        )
    return ""


def _cells(table: Table, column: str) -> list[str]:
    return [cell for row in table.rows if not is_missing(cell := row.cells.get(column, ""))]


def _are_choices(cells: Iterable[str]) -> bool:
    words = {cell.casefold() for cell in cells}
    return bool(words) and words <= _CHOICES


def _listed(columns: list[str]) -> str:
    shown = ", ".join(map(quoted, columns[:_SHOWN_COLUMNS]))
    more = f" and {len(columns) - _SHOWN_COLUMNS} more" if len(columns) > _SHOWN_COLUMNS else ""
    return f"its columns {shown}{more}"
