"""Intervals of figures that are means over several seeds: faces resampled, seeds nested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from benchmark.statistics.bootstrap import bootstrap_intervals
from benchmark.statistics.crossed_faces import faces_resampled
from benchmark.tables.table import Row
from benchmark.tables.table_scores import TableScores

DRAWS: Final = 1000


def nested(scores: TableScores) -> str:
    """How the intervals of a table's scores are made, in words."""
    return f"bootstrap by {faces_resampled(scores.faces)}, seeds nested, {DRAWS:,} draws"


def nest_seeds(rows: Sequence[Row], scores: TableScores) -> tuple[Row, ...]:
    """Give every image figure of several seeds its interval, where all of the seeds have per-task scores.

    A run's own interval covers the test set alone, so that those of the seeds say nothing of the spread between them.
    """
    cells = [list(row.cells) for row in rows]
    several = [number for number, row in enumerate(rows) if len(row.runs) > 1]
    for place, column in enumerate(rows[0].cells):
        if column.column.level != "image":
            continue
        found = {number: tallies for number in several if (tallies := scores.tallies(number, column.column.id))}
        intervals = bootstrap_intervals(list(found.values()), scores.statistic, scores.faces, draws=DRAWS)
        made = nested(scores) if found else ""
        for number, (low, high) in zip(found, intervals, strict=True):
            if low == low:  # no NaN, which a single source face gives
                cells[number][place] = replace(cells[number][place], low=low, high=high, interval=made)
    return tuple(replace(row, cells=tuple(done)) for row, done in zip(rows, cells, strict=True))
