"""The scores of a run's tasks, one row per task, and the hash of a task table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmark.results.schema import ProtocolResult
from benchmark.runtime.atomic_files import replacing
from benchmark.runtime.json_files import ResultError
from benchmark.statistics.ratios import Array, Ratio, ratio_terms


def tasks_sha256(frame: pd.DataFrame) -> str:
    """SHA-256 of a task table's content: ids and attribute in the order of the tasks, whatever the rows or dtypes."""
    ordered = frame.sort_values("task")
    columns = ordered["target"], ordered["source"], ordered["attribute"].fillna("")
    content = [[str(each) for each in row] for row in zip(*columns, strict=True)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


TASK_COLUMNS = ("task", "target", "source", "attribute")
RATIOS: Final = b"ratios"
"""Key of the file's metadata: JSON, by metric the [numerator, denominator] columns of its ratios."""


def write_task_scores(folder: Path, protocol: str, frame: pd.DataFrame, ratios: Mapping[str, Sequence[Ratio]]) -> None:
    """Write the scores of a run under one protocol, atomically.

    Args:
        folder: of the run.
        protocol: its name.
        frame: a row a task, with `TASK_COLUMNS` and the columns that the ratios name.
        ratios: by metric, of which its figure is the mean.
    """
    table = pa.Table.from_pandas(frame)
    metadata = {**(table.schema.metadata or {}), RATIOS: json.dumps(ratios).encode()}
    with replacing(_path(folder, protocol)) as temporary:
        pq.write_table(table.replace_schema_metadata(metadata), temporary)


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
        self.path = _path(folder, protocol)
        try:
            table = pq.read_table(self.path)
            frame = table.to_pandas()
            self._ratios = _ratios((table.schema.metadata or {}).get(RATIOS, b"{}"))
        except FileNotFoundError as error:
            raise ResultError(f"{self.path}: no such file; score the run again") from error
        except (OSError, ValueError, TypeError, pa.ArrowException) as error:
            raise ResultError(f"{self.path}: cannot be read as Parquet; score the run again") from error
        missing = [name for name in TASK_COLUMNS if name not in frame]
        if missing:
            raise ResultError(f"{self.path}: lacks the column {missing[0]!r}")
        if tasks_sha256(frame) != result.tasks_sha256:
            raise ResultError(f"{self.path}: is not of the tasks that its result names; score the run again")
        self._frame = frame.sort_values("task", ignore_index=True)

    @property
    def tasks(self) -> pd.DataFrame:
        """What was asked, in the order of the tasks: the columns of `TASK_COLUMNS`, a row a task."""
        columns: pd.DataFrame = self._frame[list(TASK_COLUMNS)]
        return columns

    @property
    def sources(self) -> NDArray[np.object_]:
        """(T,) the source face of each task."""
        return np.asarray(self._frame["source"], dtype=object)

    def tally(self, metric: str) -> Array:
        """What each task adds to the sums of an image metric's K ratios: (T, 2, K), as `mean_of_ratios` takes them.

        Raises:
            ResultError: if the file holds none, or one holds something else than numbers.
        """
        ratios = self._ratios.get(metric, [])
        names = {name for each in ratios for name in each if name is not None}
        if not names or not names <= set(self._frame):
            raise ResultError(f"{self.path}: holds no scores of {metric}; score the run again")
        try:
            return ratio_terms({name: self._frame[name].to_numpy(dtype=np.float64) for name in names}, ratios)
        except (TypeError, ValueError) as error:
            raise ResultError(f"{self.path}: the scores of {metric} are not numbers") from error


def _path(folder: Path, protocol: str) -> Path:
    return folder / "scores" / f"{protocol}.parquet"


def _ratios(text: bytes) -> dict[str, list[Ratio]]:
    return {str(metric): [Ratio(*each) for each in ratios] for metric, ratios in dict(json.loads(text)).items()}
