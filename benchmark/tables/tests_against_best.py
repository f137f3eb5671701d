"""Whether the best figure of each column is significantly better than every other learned method's."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from benchmark.statistics.face_clusters import Array
from benchmark.statistics.holm import holm
from benchmark.statistics.paired import Side, paired_differences
from benchmark.statistics.seed_variance import MIN_SEEDS, seed_error
from benchmark.tables.table import Cell, Row
from benchmark.tables.table_scores import NO_SCORES, PARTIAL, TableScores

FEW_SEEDS: Final = f"a set metric needs {MIN_SEEDS} seeds of both methods"
A_SEED_WITHOUT: Final = "a seed has no figure"
FEW_FACES: Final = "fewer than two source faces have a figure of both"
SAME_FIGURE: Final = "the figure is the same for every seed"


@dataclass(frozen=True)
class Outcome:
    """What came of testing a row's figure against the best of its column: a p-value, or the reason of none."""

    row: int
    place: int
    p_value: float = math.nan
    untested: str | None = None


def against_best(rows: Sequence[Row], scores: TableScores, protocol: str) -> tuple[Row, ...]:
    """Test every learned method's figure against the best learned method's, in all columns but costs.

    Figures of some of the tasks alone are neither tested nor the best.

    Image metrics by the paired sign flips of `paired_differences` on the tasks that both have a figure for, set metrics
    by the t test over seeds of `seed_error`. The p-values of a table are one family, adjusted by Holm's method.

    Args:
        rows: of one table.
        scores: theirs.
        protocol: the table's.

    Returns:
        The rows, every tested cell with its `holm_p` and every other with what kept it from being `untested`.
    """
    found = [outcome for place in range(len(rows[0].cells)) for outcome in _column(rows, place, scores, protocol)]
    adjusted = holm([outcome.p_value for outcome in found])
    cells = [list(row.cells) for row in rows]
    for outcome, p_value in zip(found, adjusted, strict=True):
        cell = cells[outcome.row][outcome.place]
        holm_p = None if outcome.untested else float(p_value)
        cells[outcome.row][outcome.place] = replace(cell, holm_p=holm_p, untested=outcome.untested)
    return tuple(replace(row, cells=tuple(tested)) for row, tested in zip(rows, cells, strict=True))


def merit(cell: Cell) -> float:
    """A figure signed so that more is better."""
    assert cell.value is not None
    return cell.value if cell.column.facts.direction == "up" else -cell.value


def _column(rows: Sequence[Row], place: int, scores: TableScores, protocol: str) -> Iterator[Outcome]:
    column = rows[0].cells[place].column
    cells = {
        number: row.cells[place]
        for number, row in enumerate(rows)
        if row.kind == "learned" and row.cells[place].value is not None
    }
    if column.level == "cost" or len(cells) < 2:
        return
    yield from (Outcome(number, place, untested=PARTIAL) for number in cells if scores.is_partial(number))
    cells = {number: cell for number, cell in cells.items() if not scores.is_partial(number)}
    if not cells:
        return
    best = max(cells, key=lambda number: merit(cells[number]))
    whole: list[int] = []
    for number in cells:
        if number == best:
            continue
        if any(cells[row].seeds < cells[row].seeds_run for row in (best, number)):
            yield Outcome(number, place, untested=A_SEED_WITHOUT)
        else:
            whole.append(number)
    if column.level == "set":
        yield from (_set(rows, place, best, number, protocol) for number in whole)
    else:
        yield from _images(rows, place, best, whole, scores)


def _images(
    rows: Sequence[Row], place: int, best: int, others: Sequence[int], scores: TableScores
) -> Iterator[Outcome]:
    metric = rows[best].cells[place].column.id
    tallies = {number: scores.tallies(number, metric) for number in (best, *others)}
    ours = tallies[best]
    having = {number: runs for number in others if ours and (runs := tallies[number])}
    yield from (Outcome(number, place, untested=NO_SCORES) for number in others if number not in having)
    if ours:
        sides = [Side(runs, trained=True) for runs in having.values()]
        differences = paired_differences(Side(ours, trained=True), sides, scores.statistic, scores.faces, level=None)
        for number, found in zip(having, differences, strict=True):
            untested = FEW_FACES if math.isnan(found.p_value) else None
            yield Outcome(number, place, found.p_value, untested)


def _set(rows: Sequence[Row], place: int, best: int, other: int, protocol: str) -> Outcome:
    pair = rows[best], rows[other]
    if min(len(row.runs) for row in pair) < MIN_SEEDS:
        return Outcome(other, place, untested=FEW_SEEDS)
    metric = rows[best].cells[place].column.id
    ours, theirs = (_figures(row, protocol, metric) for row in pair)
    error = seed_error([ours, theirs])
    if error.scale == 0:
        return Outcome(other, place, untested=SAME_FIGURE)
    return Outcome(other, place, error.p_value(float(ours.mean() - theirs.mean())))


def _figures(row: Row, protocol: str, metric: str) -> Array:
    """Of the row's seeds (S,), all of which have one."""
    return np.array([result.protocols[protocol].metrics[metric].value for _, result in row.runs], dtype=np.float64)
