"""Answers of any flat table, CSV or JSON, by a column map."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from benchmark.human_study.collection.formats.choices import resolve_choice
from benchmark.human_study.collection.formats.column_map import AS_EXPORTED, ColumnMap, Name
from benchmark.human_study.collection.formats.csv_table import Row, Table
from benchmark.human_study.collection.formats.jspsych import pressed_number
from benchmark.human_study.collection.formats.label_studio import bare_value, cancelled_annotation
from benchmark.human_study.collection.formats.mturk import rejected_work
from benchmark.human_study.collection.formats.qualtrics import previewed_response
from benchmark.human_study.collection.formats.raw_answers import RawAnswer, raw_json
from benchmark.human_study.collection.formats.wide_table import answered_columns
from benchmark.human_study.collection.rejections import Fault, Reason
from benchmark.human_study.collection.timestamps import in_zone
from benchmark.human_study.schema import Study
from benchmark.runtime.cell_values import is_missing
from registry.errors import InputError

Cells = dict[str, str]
"""Text by canonical column, `rt_s` and `time_zone`."""
_NEEDED: Final[tuple[Name, ...]] = ("participant_id", "trial_id", "question_id", "shown_order", "choice")
EMPTY: Final = Fault(Reason.EMPTY)
"""Of a cell of a wide table in which nobody answered."""


def from_table(table: Table, columns: ColumnMap, study: Study, name: str) -> Iterator[RawAnswer]:
    """Raw answers of a table that has every column which the map names.

    Raises:
        InputError: if the study needs what the map does not give.
    """
    _check_complete(columns, study, name)
    reader = _Reader(table, columns, study)
    needed = {heading for key in _NEEDED for heading in reader.found.get(key, [])}
    listed = columns.wide.listed() if columns.wide is not None else ()
    table.check_unrepeated({*listed, *(heading for headings in reader.found.values() for heading in headings)}, name)
    if columns.wide is None:
        return (reader.answer(row, reader.cells(row), needed) for row in table.rows)
    answered = answered_columns(table, columns, study, name)
    read = {heading: {"choice": heading, **columns.wide.times().get(heading, {})} for heading in answered}
    return (
        replace(
            reader.answer(row, reader.cells(row) | cells | row.texts(read[heading]), {*needed, heading}),
            part=heading,
        )
        for row in table.rows
        for heading, cells in answered.items()
    )


def _check_complete(columns: ColumnMap, study: Study, name: str) -> None:
    if len(study.questions) > 1 and not columns.gives("question_id") and not _names_trials(columns):
        questions = ", ".join(question.id for question in study.questions)
        raise InputError(
            f"{name}: the study has several questions ({questions}); give question_id in the column map, "
            "as a column or a constant"
        )
    if any(len(trial.options) > 1 for trial in study.trials) and not columns.gives("shown_order"):
        raise InputError(
            f"{name}: give shown_order in the column map: the columns that have the options' ids from left to right, "
            f"or the constant `shown_order: {AS_EXPORTED}` where every rater saw the order of study.json"
        )


def _names_trials(columns: ColumnMap) -> bool:
    return columns.wide is not None and isinstance(columns.wide.trials, str)


class _Reader:
    """Turns cells of a table's rows into raw answers."""

    def __init__(self, table: Table, columns: ColumnMap, study: Study) -> None:
        self.found = columns.columns_of(set(table.columns))
        self._columns = columns
        self._has_decimal_commas = table.has_decimal_commas
        self._numbers = {_number(word): choice for word, choice in columns.choices.items() if _number(word) is not None}
        self._orders = {
            trial.id: " ".join(option.id for option in trial.options) for trial in (*study.trials, *study.practice)
        }

    def cells(self, row: Row) -> Cells:
        """The cells of a row by canonical column, as the table has them."""
        mapped: Cells = {
            name: " ".join(filter(None, (row.cells.get(heading, "") for heading in headings)))
            for name, headings in self.found.items()
        }
        return {**dict(self._columns.constants.items()), **mapped}

    def answer(self, row: Row, cells: Cells, needed: set[str]) -> RawAnswer:
        """The answer in the cells of a row; `needed` are the columns without which there is none."""
        raw, word = raw_json(row.cells), cells["choice"]
        choice = self._choice(word)
        is_empty = self._columns.wide is not None and is_missing(word) and choice == word
        if is_empty and not row.broken:
            return RawAnswer(row.number, raw, cells, EMPTY)
        if self._columns.constants.get("shown_order") == AS_EXPORTED:
            cells["shown_order"] = self._orders.get(cells["trial_id"], "")
        cells["choice"] = resolve_choice(choice, cells.get("shown_order", "").split())
        fault = _fault(row, needed) or pressed_number(row.cells, word, choice)
        return RawAnswer(row.number, raw, self._with_milliseconds(_with_zone(cells)), fault)

    def _choice(self, word: str) -> str:
        """The study's word for a table's: looked up as text and then as a number, since pandas writes `1.0` for `1`."""
        bare = bare_value(word)
        for candidate in (word, bare):
            if candidate in self._columns.choices:
                return self._columns.choices[candidate]
        number = _number(bare)
        return bare if number is None else self._numbers.get(number, bare)

    def _with_milliseconds(self, cells: Cells) -> Mapping[str, str]:
        time = cells.pop("rt_s", None)
        text = cells.get("rt_ms", "") if time is None else time
        if self._has_decimal_commas:
            text = text.replace(",", ".")
        if time is not None:
            seconds = _number(text)
            text = text if seconds is None else f"{1000 * seconds:.3f}"
        return {**cells, "rt_ms": text}


def _with_zone(cells: Cells) -> Cells:
    """The cells with the time zone in the time that lacks one."""
    zone = cells.pop("time_zone", "")
    if is_missing(zone) or "started_at" not in cells:
        return cells
    return {**cells, "started_at": in_zone(cells["started_at"], zone)}


def _number(text: str) -> float | None:
    """The number that a text is in plain digits; None of any other."""
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _fault(row: Row, needed: set[str]) -> Fault | None:
    """Why the row's answers do not count, whatever they are."""
    if left_out := rejected_work(row.cells) or cancelled_annotation(row.cells) or previewed_response(row.cells):
        return left_out
    broken = row.without(needed)
    return Fault(Reason.BROKEN, broken) if broken else None
