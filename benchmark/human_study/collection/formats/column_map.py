"""Any other table of answers, read by a column map that the researcher writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from benchmark.config.sources import read_config
from benchmark.human_study.collection.formats.choices import resolve_choice
from benchmark.human_study.collection.formats.csv_table import Table
from benchmark.human_study.collection.formats.raw_answers import RawAnswer, raw_json
from benchmark.human_study.collection.rejections import Fault, Reason
from registry.errors import InputError, unknown

Name = Literal[
    "study_id",
    "participant_id",
    "session_id",
    "trial_id",
    "trial_index",
    "question_id",
    "shown_order",
    "choice",
    "rt_ms",
    "started_at",
]
_REQUIRED: tuple[Name, ...] = ("study_id", "participant_id", "trial_id", "question_id", "choice")


class ColumnMap(BaseModel):
    """Where a table from another tool has what an answer needs.

    Attributes:
        columns: the table's column by canonical name; `shown_order` may name several, one for each position.
        constants: by canonical name, a value that is the same in every row.
        choices: the study's choice (an option's id, `left`, `right`, `a`, `tie`, a score, `real`, `fake`) by the
            table's word for it; words that are not named are taken unchanged.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[Name, str | list[str]] = {}
    constants: dict[Name, str] = {}
    choices: dict[str, str] = {}

    @model_validator(mode="after")
    def _complete(self) -> ColumnMap:
        if both := self.columns.keys() & self.constants.keys():
            raise ValueError(f"{min(both)} is both a column and a constant")
        if missing := [name for name in _REQUIRED if name not in self.columns and name not in self.constants]:
            raise ValueError(f"{missing[0]} is neither a column nor a constant")
        if lists := [name for name, column in self.columns.items() if name != "shown_order" and _several(column)]:
            raise ValueError(f"{lists[0]} names several columns, which only shown_order may")
        return self

    def all_columns(self) -> dict[str, Name]:
        """Every column of the table that is read, with its canonical name."""
        return {heading: name for name, column in self.columns.items() for heading in _listed(column)}


def read_column_map(path: Path) -> ColumnMap:
    """Read a column map.

    Args:
        path: YAML, whose values are all taken as text.

    Raises:
        InputError: naming the file, the line, the key, and the nearest valid name.
    """
    source = read_config(path, as_text=True)  # `no` and `1` stay the words of the table
    try:
        return ColumnMap.model_validate(source.content)
    except ValidationError as error:
        first = error.errors()[0]
        keys = [str(part) for part in first["loc"] if part != "[key]"]
        raise InputError(f"{source.location(keys)}: {_explain(first, keys)}") from error


def _explain(error: ErrorDetails, keys: list[str]) -> str:
    if error["type"] == "extra_forbidden":
        return unknown("key", keys[-1], ColumnMap.model_fields)
    if error["type"] == "literal_error":
        return unknown("canonical column", str(error["input"]), get_args(Name))
    said = error["msg"].removeprefix("Value error, ")
    return f"{'.'.join(keys)}: {said}" if keys else said


def from_table(table: Table, columns: ColumnMap) -> Iterator[RawAnswer]:
    """Raw answers of a table that has every column which the map names."""
    for row in table.rows:
        cells: dict[str, str] = {**columns.constants} | _mapped(row.cells, columns)
        word = columns.choices.get(cells["choice"], cells["choice"])
        cells["choice"] = resolve_choice(word, cells.get("shown_order", "").split())
        yield RawAnswer(
            row.number, raw_json(row.cells), cells, Fault(Reason.BROKEN, row.broken) if row.broken else None
        )


def _mapped(row: Mapping[str, str], columns: ColumnMap) -> dict[str, str]:
    return {
        name: " ".join(filter(None, (row.get(heading, "") for heading in _listed(column))))
        for name, column in columns.columns.items()
    }


def _listed(column: str | list[str]) -> list[str]:
    return [column] if isinstance(column, str) else column


def _several(column: str | list[str]) -> bool:
    return not isinstance(column, str)
