"""The column map of a table from another tool: where the table has what an answer needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from benchmark.human_study.collection.timestamps import zone_of

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
    "rt_s",
    "started_at",
    "time_zone",
]
"""Canonical columns, `rt_s`, a response time in seconds, and `time_zone`, that of times which name none."""
_TIMES: tuple[Name, ...] = ("rt_ms", "rt_s")
_REQUIRED: tuple[Name, ...] = ("participant_id", "trial_id", "choice")
AS_EXPORTED = "study"
"""As the constant of `shown_order`: every rater saw a trial's options in the order of `study.json`."""
NAMED = "named"
"""As `wide: trials:`: every column whose heading has a trial's id answers that trial."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TimedColumn(_Strict):
    """Which column of a wide table has the response times of another's answers, in milliseconds or seconds."""

    rt_ms: str | None = None
    rt_s: str | None = None

    def times(self) -> dict[Name, str]:
        """The column of the times, by canonical name."""
        return {name: column for name in _TIMES if (column := getattr(self, name)) is not None}


class WideColumn(TimedColumn):
    """What a column of a wide table answers, and where its response times are."""

    trial_id: str
    question_id: str | None = None


class Wide(_Strict):
    """A table with several answers in a row, of which one of two keys says what each column is.

    Attributes:
        raters: columns named after a rater each; a row is a trial. A list of columns, or a map from them to the column
            of the rater's response times, `{rt_s}` or `{rt_ms}`.
        trials: columns that answer a trial each; a row is a rater. A map from the table's column to the trial, or to
            `{trial_id, question_id, rt_s}`; a list of columns in the order of the study's trials; or `named`, for all
            columns whose heading has a trial's id (and, of several questions, the question's id or text).
    """

    raters: list[str] | dict[str, TimedColumn] = []
    trials: Literal["named"] | list[str] | dict[str, str | WideColumn] = []

    @model_validator(mode="after")
    def _one(self) -> Wide:
        if bool(self.raters) == bool(self.trials):
            raise ValueError("name either raters, the columns of a rater each, or trials, those of a trial each")
        return self

    def listed(self) -> list[str]:
        """The columns that the map names."""
        answers = list(self.raters) or ([] if isinstance(self.trials, str) else list(self.trials))
        return [*answers, *(column for times in self.times().values() for column in times.values())]

    def times(self) -> dict[str, dict[Name, str]]:
        """By column with answers, the column of their response times by canonical name."""
        columns = self.raters or self.trials
        described = columns if isinstance(columns, dict) else {}
        return {
            heading: column.times()
            for heading, column in described.items()
            if isinstance(column, TimedColumn) and column.times()
        }


class ColumnMap(_Strict):
    """Where a table from another tool has what an answer needs.

    Attributes:
        based_on: a map of the package, whose keys this one adds to and replaces.
        header_rows: rows above the first answer; the first of them has the columns' names.
        columns: the table's column by canonical name; `shown_order` may name several, one for each position.
        first_of: columns of which a table may have any, by canonical name; the first that it has is read.
        constants: by canonical name, a value that is the same in every row.
        choices: the study's choice (an option's id, `left`, `right`, `a`, `tie`, a score, `real`, `fake`) by the
            table's word for it; words that are not named are taken unchanged.
        wide: for a table with several answers in a row.
    """

    based_on: str = ""
    header_rows: int = Field(default=1, ge=1, le=10)
    columns: dict[Name, str | list[str]] = {}
    first_of: dict[Name, list[str]] = {}
    constants: dict[Name, str] = {}
    choices: dict[str, str] = {}
    wide: Wide | None = None

    @model_validator(mode="after")
    def _complete(self) -> ColumnMap:
        sources = [("column", self.columns.keys()), ("column", self.first_of.keys()), ("constant", self.constants)]
        sources.append(("column of the wide table", self._of_wide()))
        for number, (kind, names) in enumerate(sources):
            for other, others in sources[:number]:
                if both := set(names) & set(others):
                    raise ValueError(f"{min(both)} is both a {other} and a {kind}")
        given = {name for _, names in sources for name in names}
        if {"rt_ms", "rt_s"} <= given:
            raise ValueError("rt_ms and rt_s are one time: name the one in which the table has it")
        if "time_zone" in self.constants:
            zone_of(self.constants["time_zone"])
        if missing := [name for name in _REQUIRED if name not in given]:
            advice = "" if self.wide else "; a table with one row or one column per rater needs the key wide"
            raise ValueError(f"{missing[0]} is neither a column nor a constant{advice}")
        if lists := [name for name, column in self.columns.items() if name != "shown_order" and _several(column)]:
            raise ValueError(f"{lists[0]} names several columns, which only shown_order may")
        return self

    def _of_wide(self) -> set[Name]:
        """What the columns of a wide table tell beside each answer."""
        if self.wide is None:
            return set()
        timed = {name for times in self.wide.times().values() for name in times}
        if self.wide.raters:
            return {"participant_id", "choice", *timed}
        trials = self.wide.trials
        tells_question = isinstance(trials, dict) and any(
            isinstance(column, WideColumn) and column.question_id for column in trials.values()
        )
        return {"trial_id", "choice", *(("question_id",) if tells_question else ()), *timed}

    def gives(self, name: Name) -> bool:
        """Whether the map says where a value is."""
        return name in {*self.columns, *self.first_of, *self.constants, *self._of_wide()}

    def headings(self) -> Iterator[tuple[str, str]]:
        """Every column that a table must have, with what it is for."""
        for name, column in self.columns.items():
            yield from ((heading, name) for heading in ([column] if isinstance(column, str) else column))
        if self.wide is not None:
            yield from ((heading, "wide") for heading in self.wide.listed())

    def missing(self, present: Collection[str]) -> tuple[str, str] | None:
        """A column that a table lacks, with what it is for; None of a table that the map fits."""
        for heading, name in self.headings():
            if heading not in present:
                return heading, name
        for name in _REQUIRED:
            if name in self.first_of and not set(self.first_of[name]) & set(present):
                return self.first_of[name][0], name
        return None

    def columns_of(self, present: Collection[str]) -> dict[Name, list[str]]:
        """The columns that are read of a table, by canonical name; those of `shown_order` left to right."""
        found: dict[Name, list[str]] = {
            name: [column] if isinstance(column, str) else column for name, column in self.columns.items()
        }
        for name, candidates in self.first_of.items():
            if first := [column for column in candidates if column in present][:1]:
                found[name] = first
        return found


def _several(column: str | list[str]) -> bool:
    return not isinstance(column, str)
