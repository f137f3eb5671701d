"""Paired differences between the methods of a table, metric by metric, and how often each beats each beyond doubt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from benchmark.comparison.metric_comparison import match_sets
from benchmark.results.schema import MetricInfo, Value
from benchmark.runtime.json_files import ResultError
from benchmark.statistics.paired import Side, paired_difference
from benchmark.statistics.ratios import mean_of_ratios
from benchmark.results.task_scores import TaskScores
from benchmark.tables.table import Column, Table
from benchmark.tables.contenders import Contestant, contestants
from benchmark.tables.groups import Run

MAX_COMPARED: Final = 16
"""Methods that are set against each other: pairs, and their time and their space on a page, grow with the square."""


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
    def beyond_doubt(self) -> bool:
        """Whether the whole interval lies above 0."""
        return self.low is not None and self.low > 0


@dataclass(frozen=True)
class Differences:
    """The differences between the methods of a table.

    Attributes:
        methods: those that were compared; the numbers of `gains` are places among them.
        columns: metrics on which a difference of two of them has an interval.
        gains: on these metrics, by metric id and the numbers of two methods, in both orders.
        notes: what was left out, and why.
    """

    methods: tuple[Contestant, ...]
    columns: tuple[Column, ...]
    gains: dict[tuple[str, int, int], Gain]
    notes: tuple[str, ...]

    @property
    def reference(self) -> int:
        """Place of the method that the others are set against first: the first learned one."""
        return next((place for place, each in enumerate(self.methods) if each.row.kind == "learned"), 0)

    def wins(self, ours: int, theirs: int) -> list[str]:
        """Titles of the metrics on which one method is better than another beyond doubt."""
        return [
            column.facts.title
            for column in self.columns
            if (gain := self.gains.get((column.id, ours, theirs))) is not None and gain.beyond_doubt
        ]

    def tested(self, ours: int, theirs: int) -> int:
        """Metrics on which the difference of two methods has an interval."""
        found = (self.gains.get((column.id, ours, theirs)) for column in self.columns)
        return sum(gain is not None and gain.low is not None for gain in found)


def differences(table: Table, runs: Sequence[Run]) -> Differences:
    """Compare the methods of a table on every task that two of them share.

    The intervals are those of `bench compare`: a bootstrap by source face, and seeds where both trained methods have
    several. Learned methods come first where there are more than `MAX_COMPARED`. Real images are not edits and stand
    apart.

    Args:
        table: one of `tabulate(runs, allow_mixed=True)`.
        runs: what it was made of, with their score files beside them.
    """
    having = [
        each
        for each in contestants(table, runs)
        if each.row.kind != "real" and any(run.result.protocols[table.protocol].metrics for run in each.contender.runs)
    ]
    first = sorted(having, key=lambda each: each.row.kind != "learned")[:MAX_COMPARED]
    methods = tuple(each for each in having if each in first)
    notes = _left_out(len(methods), len(having))
    scores: list[list[TaskScores] | None] = []
    for each in methods:
        try:
            found = [
                TaskScores(run.path.parent, table.protocol, run.result.protocols[table.protocol])
                for run in each.contender.runs
            ]
        except ResultError:
            scores.append(None)
        else:
            scores.append(found)
    without = [each.row.title for each, found in zip(methods, scores, strict=True) if found is None]
    if without and len(methods) > 1:
        notes.append(f"Without score files that fit their results, and so without intervals: {', '.join(without)}.")
    ranked = [column for column in table.columns if column.facts.level != "cost"]
    gains: dict[tuple[str, int, int], Gain] = {}
    for column in ranked:
        for ours, theirs in combinations(range(len(methods)), 2):
            pair, files = (methods[ours], methods[theirs]), (scores[ours], scores[theirs])
            gain = _of_sets(table, column, pair) if column.facts.level == "set" else _of_images(column, pair, files)
            if gain is not None:
                gains[column.id, ours, theirs] = gain
                gains[column.id, theirs, ours] = gain.mirrored
    tested = {metric for (metric, _, _), gain in gains.items() if gain.low is not None}
    untested = [column.facts.title for column in ranked if column.id in {key[0] for key in gains} - tested]
    if untested:
        notes.append(f"Without an interval of any two methods, and so not shown: {', '.join(untested)}.")
    kept = {key: gain for key, gain in gains.items() if key[0] in tested}
    return Differences(methods, tuple(each for each in ranked if each.id in tested), kept, tuple(notes))


def _left_out(shown: int, total: int) -> list[str]:
    return (
        [f"The first {shown} of {total:,} methods are compared; filter the runs for others."] if shown < total else []
    )


def _of_images(
    column: Column, pair: tuple[Contestant, Contestant], files: tuple[list[TaskScores] | None, list[TaskScores] | None]
) -> Gain | None:
    ours, theirs = files
    if ours is None or theirs is None:
        return None
    try:
        sides = [
            Side([run.tally(column.id) for run in side], each.contender.trained)
            for side, each in zip((ours, theirs), pair, strict=True)
        ]
    except ResultError:  # not scored with this metric
        return None
    found = paired_difference(sides[0], sides[1], mean_of_ratios, ours[0].sources, flips=0)
    if not math.isfinite(found.value):
        return None
    interval = (found.low, found.high) if math.isfinite(found.low) else (None, None)
    return _signed(column.facts, Gain(found.value, *interval))


def _of_sets(table: Table, column: Column, pair: tuple[Contestant, Contestant]) -> Gain | None:
    ours, theirs = (_values(table, column, each) for each in pair)
    if not ours or not theirs:
        return None
    match = match_sets(table.protocol, column.id, column.facts, (pair[0].contender, pair[1].contender), (ours, theirs))
    return None if match.gain is None else Gain(match.gain, match.low, match.high)


def _values(table: Table, column: Column, each: Contestant) -> list[Value]:
    """The figures of all seeds; none where one is missing."""
    found = [run.result.protocols[table.protocol].metrics.get(column.id) for run in each.contender.runs]
    values = [value for value in found if value is not None and value.value is not None and math.isfinite(value.value)]
    return values if len(values) == len(found) else []


def _signed(facts: MetricInfo, gain: Gain) -> Gain:
    return gain if facts.direction == "up" else gain.mirrored
