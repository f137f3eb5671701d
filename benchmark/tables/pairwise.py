"""Paired differences between the methods of a table, metric by metric, and on how many each is significantly better."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

from benchmark.comparison.compare_metric import match_sets
from benchmark.results.schema import MetricInfo, Value
from benchmark.results.task_scores import ScoreFiles
from benchmark.statistics.paired import Side, differences_of_all_pairs
from benchmark.tables.table import Column, Row, Table
from benchmark.tables.table_scores import TableScores

MAX_COMPARED: Final = 16
"""Methods that are set against each other: pairs, and their time and their space on a page, grow with the square."""
Verdict = Literal["better", "worse", "level", "untested"]


@dataclass(frozen=True)
class Gain:
    """By how much one method is better than another on a metric, in its unit; negative where it is worse.

    Attributes:
        low: lower end of the 95% interval; None where there is none.
        high: upper end.
    """

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def mirrored(self) -> Gain:
        """The same as the other method sees it."""
        if self.low is None or self.high is None:
            return Gain(-self.value)
        return Gain(-self.value, -self.high, -self.low)

    @property
    def verdict(self) -> Verdict:
        """Significantly better or worse where the whole interval lies on one side of 0."""
        if self.low is None or self.high is None:
            return "untested"
        return "better" if self.low > 0 else "worse" if self.high < 0 else "level"


@dataclass(frozen=True)
class ForestPanel:
    """Every method's gain over one of them on a metric, where any has an interval; by the places of the methods."""

    column: Column
    gains: dict[int, Gain]


@dataclass(frozen=True)
class Wins:
    """One method against another.

    Attributes:
        metrics: titles of those on which it is significantly better.
        tested: on how many metrics their difference has an interval.
    """

    metrics: tuple[str, ...]
    tested: int


@dataclass(frozen=True)
class Differences:
    """The differences between the methods of a table.

    Attributes:
        methods: the rows that were compared; the numbers of `gains` are places among them.
        columns: metrics on which a difference of two of them has an interval.
        gains: on these metrics, by metric id and the numbers of two methods, in both orders.
        notes: what was left out, and why.
    """

    methods: tuple[Row, ...]
    columns: tuple[Column, ...]
    gains: dict[tuple[str, int, int], Gain]
    notes: tuple[str, ...]

    @property
    def reference(self) -> int:
        """Place of the method that the others are set against first: the first learned one."""
        return next((place for place, row in enumerate(self.methods) if row.kind == "learned"), 0)

    def forest(self, reference: int) -> list[ForestPanel]:
        """What a forest plot shows of the gains over one method."""
        others = [place for place in range(len(self.methods)) if place != reference]
        panels = [
            ForestPanel(
                column,
                {
                    place: gain
                    for place in others
                    if (gain := self.gains.get((column.id, place, reference))) is not None
                },
            )
            for column in self.columns
        ]
        return [panel for panel in panels if any(gain.low is not None for gain in panel.gains.values())]

    def wins(self, ours: int, theirs: int) -> Wins:
        """On which metrics one method is significantly better than another."""
        found = {column.facts.title: self.gains.get((column.id, ours, theirs)) for column in self.columns}
        tested = {title: gain for title, gain in found.items() if gain is not None and gain.low is not None}
        return Wins(tuple(title for title, gain in tested.items() if gain.verdict == "better"), len(tested))

    @property
    def win_matrix(self) -> list[list[Wins]]:
        """A row per method, with its wins against each of the methods."""
        places = range(len(self.methods))
        return [[self.wins(ours, theirs) for theirs in places] for ours in places]


def differences(table: Table, files: ScoreFiles) -> Differences:
    """Compare the methods of a table on every task that two of them share.

    The intervals are those of `bench compare`: a bootstrap by source face, and seeds where both trained methods have
    several. Learned methods come first where there are more than `MAX_COMPARED`. Real images are not edits and stand
    apart.

    Args:
        table: as `tabulate` makes it.
        files: opens the score files beside its runs' results.
    """
    having = [
        row
        for row in table.rows
        if row.kind != "real" and any(run.result.protocols[table.protocol].metrics for run in row.runs)
    ]
    first = sorted(range(len(having)), key=lambda place: having[place].kind != "learned")[:MAX_COMPARED]
    methods = tuple(having[place] for place in sorted(first))
    notes = _left_out(len(methods), len(having))
    without = [row.title for row in methods if files.open_all(row.runs, table.protocol) is None]
    if without and len(methods) > 1:
        notes.append(f"Without score files that fit their results, and so without intervals: {', '.join(without)}.")
    scores = TableScores(methods, table.protocol, files)
    ranked = [column for column in table.columns if column.facts.level != "cost"]
    gains: dict[tuple[str, int, int], Gain] = {}
    for column in ranked:
        is_of_sets = column.facts.level == "set"
        found = _of_sets(table, column, methods) if is_of_sets else _of_images(column, methods, scores)
        for (ours, theirs), gain in found.items():
            gains[column.id, ours, theirs] = gain
            gains[column.id, theirs, ours] = gain.mirrored
    tested = {metric for (metric, _, _), gain in gains.items() if gain.low is not None}
    untested = [column.facts.title for column in ranked if column.id in {key[0] for key in gains} - tested]
    if untested:
        notes.append(f"Without an interval of any two methods, and so not shown: {', '.join(untested)}.")
    kept = {key: gain for key, gain in gains.items() if key[0] in tested}
    return Differences(methods, tuple(column for column in ranked if column.id in tested), kept, tuple(notes))


def _left_out(shown: int, total: int) -> list[str]:
    return (
        [f"The first {shown} of {total:,} methods are compared; filter the runs for others."] if shown < total else []
    )


def _of_images(column: Column, methods: Sequence[Row], scores: TableScores) -> dict[tuple[int, int], Gain]:
    tallies = {
        place: of_runs for place in range(len(methods)) if (of_runs := scores.tallies(place, column.id)) is not None
    }
    places = list(tallies)
    sides = [Side(tallies[place], methods[place].method.trained) for place in places]
    gains: dict[tuple[int, int], Gain] = {}
    for (one, other), found in differences_of_all_pairs(sides, scores.statistic, scores.faces).items():
        if math.isfinite(found.value):
            interval = (found.low, found.high) if math.isfinite(found.low) else (None, None)
            gains[places[one], places[other]] = _signed(column.facts, Gain(found.value, *interval))
    return gains


def _of_sets(table: Table, column: Column, methods: Sequence[Row]) -> dict[tuple[int, int], Gain]:
    values = [_values(table, column, row) for row in methods]
    gains: dict[tuple[int, int], Gain] = {}
    for ours, theirs in combinations(range(len(methods)), 2):
        if values[ours] and values[theirs]:
            pair = (methods[ours].method, methods[theirs].method)
            of_pair = (values[ours], values[theirs])
            found = match_sets(table.protocol, column.id, column.facts, pair, of_pair)
            if found.gain is not None:
                gains[ours, theirs] = Gain(found.gain, found.low, found.high)
    return gains


def _values(table: Table, column: Column, row: Row) -> list[Value]:
    """The figures of all seeds; none where one is missing."""
    found = [run.result.protocols[table.protocol].metrics.get(column.id) for run in row.runs]
    values = [value for value in found if value is not None and value.value is not None and math.isfinite(value.value)]
    return values if len(values) == len(found) else []


def _signed(facts: MetricInfo, gain: Gain) -> Gain:
    return gain if facts.direction == "up" else gain.mirrored
