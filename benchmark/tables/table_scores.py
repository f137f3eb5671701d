"""The per-task scores behind a table's rows, where there are any that can be used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.results.task_scores import ScoreFiles
from benchmark.runtime.json_files import ResultError
from benchmark.statistics.face_clusters import Array, Statistic
from benchmark.statistics.ratios import mean_of_ratios
from benchmark.tables.table import Row

NO_SCORES: Final = "no per-task scores that can be used; score the runs again"
PARTIAL: Final = "some of the tasks have no edit, so that its figures are of other tasks"


class TableScores:
    """What each run of a table adds to the sums of its metrics, task by task.

    Args:
        rows: of a table, so that all runs with figures answered the same tasks.
        protocol: the table's.
        files: opens each score file once, when asked for.
    """

    def __init__(self, rows: Sequence[Row], protocol: str, files: ScoreFiles) -> None:
        self._rows = rows
        self._protocol = protocol
        self._files = files
        self._tallies: dict[tuple[int, str], list[Array] | None] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._faces: NDArray[Any] = np.empty((0, 2), dtype=object)
        self._statistic: Statistic = mean_of_ratios

    @property
    def faces(self) -> NDArray[Any]:
        """(T, 2) the source and the target face of each task, as every file read so far has them."""
        return self._faces

    @property
    def statistic(self) -> Statistic:
        """From summed tallies to figures, as every file read so far has it."""
        return self._statistic

    def tallies(self, row: int, metric: str) -> list[Array] | None:
        """Tallies (T, 2, K) of an image metric, a run of the row each; None unless every run has them."""
        key = (row, metric)
        if key not in self._tallies:
            self._tallies[key] = self._read(row, metric)
        return self._tallies[key]

    def is_partial(self, row: int) -> bool:
        """Whether some of the tasks have no edit in a run of the row."""
        return any(run.result.protocols[self._protocol].num_scored is not None for run in self._rows[row].runs)

    def _read(self, row: int, metric: str) -> list[Array] | None:
        runs = self._rows[row].runs
        values = [run.result.protocols[self._protocol].metrics.get(metric) for run in runs]
        if any(value is None or value.value is None for value in values):
            return None
        scores = self._files.open_all(runs, self._protocol)
        if scores is None:
            return None
        self._faces, self._statistic = scores[0].faces, scores[0].statistic
        try:
            found = [of_run.tally(metric) for of_run in scores]
        except ResultError:
            return None
        shape = self._shapes.setdefault(metric, found[0].shape)
        return found if all(tally.shape == shape for tally in found) else None
