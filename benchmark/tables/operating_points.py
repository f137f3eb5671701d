"""Operating points: the methods of a table at equal success, and which of them edit too much or too little."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from benchmark.results.schema import MetricInfo
from benchmark.results.task_scores import ScoreFiles, TaskScores
from benchmark.runtime.json_files import ResultError
from benchmark.statistics.curves import Curves, FaceDraws
from benchmark.statistics.editing_strength import EditingStrength, editing_strength
from benchmark.statistics.equal_success import REACHED_IN, AtLevel, Estimate, at_levels, leads
from benchmark.tables.table import Cell, Column, LevelPoint, MethodPoints, OperatingPoints, Row
from benchmark.tables.table_scores import NO_SCORES

SUCCESS: Final = "attribute-accuracy"
"""The metric by which an edit succeeds."""
PRESERVED: Final = ("identity", "psnr-background", "attribute-preservation")
"""The metrics of what an edit is to preserve, whichever a table has."""
LEVELS: Final = (0.5, 0.75, 0.9)
"""Levels of success at which methods are compared: fixed, so that no choice favours one."""
DRAWS: Final = 1000
NEEDED: Final = Column(
    "strength",
    MetricInfo(
        title="Strength needed",
        direction="down",
        unit="",
        decimals=2,
        level="image",
        min_n=1,
        citation="",
    ),
)
"""The strength at which a level is reached; less of it is no merit."""


def operating_points(
    rows: Sequence[Row], columns: Sequence[Column], protocol: str, files: ScoreFiles
) -> OperatingPoints | None:
    """The operating points of a table's rows; None unless its tasks are of several strengths and ask for an attribute.

    Args:
        rows: of the table.
        columns: its metrics.
        protocol: its protocol.
        files: opens the score files beside results.
    """
    by_id = {column.id: column for column in columns}
    preserved = tuple(by_id[name] for name in PRESERVED if name in by_id)
    several = any(len(run.result.protocols[protocol].strengths) > 1 for row in rows for run in row.runs)
    if not several or SUCCESS not in by_id or not preserved:
        return None
    without = [_reason(row, protocol, files) for row in rows]
    found = [
        _curves_of(row, protocol, preserved, files) if reason is None else None
        for row, reason in zip(rows, without, strict=True)
    ]
    learned = {
        place: curves
        for place, (row, curves) in enumerate(zip(rows, found, strict=True))
        if row.kind == "learned" and curves is not None
    }
    behind = [_behind(learned, number, preserved) for number in range(len(LEVELS))]
    methods = []
    for place, (row, curves, reason) in enumerate(zip(rows, found, without, strict=True)):
        if curves is None:
            methods.append(MethodPoints(reason=reason or NO_SCORES))
            continue
        levels = tuple(
            _point(curves, number, row, preserved, by_id[SUCCESS], behind[number].get(place, {}))
            for number in range(len(LEVELS))
        )
        methods.append(MethodPoints(levels, curves.editing))
    return OperatingPoints(by_id[SUCCESS], preserved, tuple(methods))


@dataclass(frozen=True)
class _Curves:
    """What the scores of a row come to.

    Attributes:
        levels: the method at each of `LEVELS`.
        highest: the most success that the mean over its seeds has at a strength.
        num_tasks: of the curves.
        faces: the resamples, which are the same for all rows.
        editing: whether its whole edit goes too far, or not far enough.
    """

    levels: tuple[AtLevel, ...]
    highest: float
    num_tasks: int
    faces: FaceDraws
    editing: EditingStrength | None


def _reason(row: Row, protocol: str, files: ScoreFiles) -> str | None:
    """Why a row has no curve of success; None where it has one."""
    if row.kind == "real":
        return "real images are no edits, and have no strength"
    of_runs = [run.result.protocols[protocol] for run in row.runs]
    if (refusal := next((found.reason for found in of_runs if found.reason), None)) is not None:
        return refusal
    if any((cell := found.metrics.get(SUCCESS)) is None or cell.value is None for found in of_runs):
        return "it was not scored by the metric of success"
    return NO_SCORES if files.open_all(row.runs, protocol) is None else None


def _curves_of(row: Row, protocol: str, preserved: Sequence[Column], files: ScoreFiles) -> _Curves | None:
    scores = files.open_all(row.runs, protocol) or []
    strengths, faces = scores[0].strengths, FaceDraws.of(scores[0].faces, DRAWS)
    success = _resampled(scores, SUCCESS, faces)
    if success is None:
        return None
    kept = {column.id: _resampled(scores, column.id, faces) for column in preserved}
    having = {name: curves for name, curves in kept.items() if curves is not None}
    upwards = {column.id: column.facts.direction == "up" for column in preserved}
    sides = {name: (curves, upwards[name]) for name, curves in having.items()}
    return _Curves(
        at_levels(success, having, strengths, LEVELS, faces),
        float(success.values.mean(axis=0).max()),
        len(scores[0].tasks),
        faces,
        editing_strength(success, sides, strengths, faces),
    )


def _resampled(scores: Sequence[TaskScores], metric: str, faces: FaceDraws) -> Curves | None:
    """The curves of a metric; None where a seed has no scores of it, or of other parts than the rest."""
    try:
        tallies = [of_run.tally(metric) for of_run in scores]
    except ResultError:
        return None
    alike = len({tally.shape for tally in tallies}) == 1
    return Curves.of(tallies, len(scores[0].strengths), faces) if alike else None


def _behind(
    learned: Mapping[int, _Curves], number: int, preserved: Sequence[Column]
) -> dict[int, dict[str, Estimate | None]]:
    """By the place of a learned method and metric, how far it is behind the best at a level; None for the best."""
    found: dict[int, dict[str, Estimate | None]] = {place: {} for place in learned}
    for column in preserved:
        having = [place for place, curves in learned.items() if column.id in curves.levels[number].preserved]
        if not having:
            continue
        at = [learned[place].levels[number] for place in having]
        upwards = column.facts.direction == "up"
        ahead = leads(at, column.id, learned[having[0]].faces, more_is_better=upwards)
        if ahead is not None:
            found[having[ahead.best]][column.id] = None
            for place, lead in ahead.over.items():
                found[having[place]][column.id] = lead
    return found


def _point(
    curves: _Curves,
    number: int,
    row: Row,
    preserved: Sequence[Column],
    success: Column,
    behind: Mapping[str, Estimate | None],
) -> LevelPoint:
    at, level = curves.levels[number], LEVELS[number]
    reason = None
    if math.isnan(at.strength.value):
        by_every = " by every seed" if len(row.runs) > 1 else ""
        reason = f"{success.facts.title} {level:g} is not reached{by_every}: {success.format(curves.highest)} at most"
    elif at.reached_in < REACHED_IN:
        reason = f"no interval: {level:g} is reached in {at.reached_in:.0%} of resamples"
    cells = []
    for column in preserved:
        cell = _cell(column, at.preserved.get(column.id), row, curves, reason)
        lead = behind.get(column.id)
        best = column.id in behind and (lead is None or lead.low <= 0)
        cells.append(replace(cell, emphasis="best") if best else cell)
    named = {name: lead for name, lead in behind.items() if lead is not None}
    return LevelPoint(level, _cell(NEEDED, at.strength, row, curves, reason), tuple(cells), named)


def _cell(column: Column, found: Estimate | None, row: Row, curves: _Curves, reason: str | None) -> Cell:
    seeds, number = len(row.runs), curves.num_tasks
    if found is None or math.isnan(found.value):
        return Cell(column, None, n=number, seeds=0, seeds_run=seeds, reason=reason or "no figure there")
    if math.isnan(found.low):
        return Cell(column, found.value, n=number, seeds=seeds, seeds_run=seeds, reason=reason or "no interval")
    ends = (found.low, found.high)
    made = f"95% bootstrap by {curves.faces.resampled}, {DRAWS:,} draws, interpolated in each"
    return Cell(column, found.value, number, seeds, seeds, *ends, interval=made)
