"""Per-task scores read back from a run's Parquet files, checked against its result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyarrow import ArrowException

from benchmark.metrics.base import Columns
from benchmark.metrics.mean import VALUE
from benchmark.protocols.base import tasks_sha256
from benchmark.results import ProtocolResult, ResultError

TASK_COLUMNS = ("task", "target", "source", "attribute")


class TaskScores:
    """The scores of one run under one protocol.

    Args:
        folder: of the run.
        protocol: its name.
        result: what the run's result says of the protocol.

    Raises:
        ResultError: if the file is missing, damaged, or not of this result's tasks.
    """

    def __init__(self, folder: Path, protocol: str, result: ProtocolResult) -> None:
        self.path = folder / "scores" / f"{protocol}.parquet"
        try:
            frame = pd.read_parquet(self.path)
        except FileNotFoundError as error:
            raise ResultError(f"{self.path}: no such file; score the run again") from error
        except (OSError, ValueError, ArrowException) as error:
            raise ResultError(f"{self.path}: cannot be read as Parquet; score the run again") from error
        missing = [name for name in TASK_COLUMNS if name not in frame]
        if missing:
            raise ResultError(f"{self.path}: lacks the column {missing[0]!r}")
        if tasks_sha256(frame) != result.tasks_sha256:
            raise ResultError(f"{self.path}: is not of the tasks that its result names; score the run again")
        self._frame = frame.sort_values("task", ignore_index=True)

    @property
    def sources(self) -> NDArray[np.object_]:
        """(T,) the source face of each task."""
        return self._frame["source"].to_numpy(dtype=object)

    def columns(self, metric: str) -> Columns:
        """The columns of an image metric, as its `measure` named them.

        Raises:
            ResultError: if there are none, or one holds something else than numbers.
        """
        inner = {
            name: VALUE if name == metric else name.removeprefix(f"{metric}/")
            for name in map(str, self._frame)
            if name == metric or name.startswith(f"{metric}/")
        }
        if not inner:
            raise ResultError(f"{self.path}: holds no scores of {metric}; score the run again")
        try:
            return {short: self._frame[name].to_numpy(dtype=np.float64) for name, short in inner.items()}
        except (TypeError, ValueError) as error:
            raise ResultError(f"{self.path}: the scores of {metric} are not numbers") from error
