"""The scores of a run's tasks, one row per task, and the hash of a task table."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import TypeAdapter

from benchmark.results.find_results import FinishedRun
from benchmark.results.run_folder import scores_path
from benchmark.results.schema import ProtocolResult
from benchmark.results.task_groups import STRENGTH, TaskGroups
from benchmark.runtime.atomic_files import replacing
from benchmark.runtime.json_files import ResultError
from benchmark.runtime.regular_files import check_regular
from benchmark.statistics.face_clusters import Statistic
from benchmark.statistics.ratios import Array, Ratio, mean_over_groups, ratio_terms, terms_by_group
from registry.system_errors import is_of_the_system


def tasks_sha256(frame: pd.DataFrame) -> str:
    """SHA-256 of a task table's content, in the order of the tasks, whatever the rows or dtypes.

    The content is ids and attribute, and the variation where the table has one.
    """
    ordered = frame.sort_values("task")
    columns = [ordered["target"], ordered["source"], ordered["attribute"].fillna("")]
    if VARIATION in ordered:
        columns.append(ordered[VARIATION].fillna(""))
    content = [[str(value) for value in row] for row in zip(*columns, strict=True)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


TASK_COLUMNS = ("task", "target", "source", "attribute")
VARIATION = "task_variation"
"""The column of what else decides a task, in tables of protocols that say it; no metric's column has such a name."""
PART = "task_part"
"""The column of the part of a face that a task edits, in tables of protocols that edit one of several."""
TABLE_COLUMNS = (*TASK_COLUMNS, VARIATION, PART, STRENGTH)
"""All that a score file may have of a task itself; the rest are scores."""
_RATIOS: Final = TypeAdapter(dict[str, list[Ratio]])
RATIOS: Final = b"ratios"
"""Key of the file's metadata: JSON, by metric the [numerator, denominator] columns of its ratios."""


SCORED_BY: Final = b"scored by"
"""Key of the file's metadata: a hash of what decides the scores whatever is measured."""


def write_task_scores(
    folder: Path, protocol: str, frame: pd.DataFrame, ratios: Mapping[str, Sequence[Ratio]], scored_by: str = ""
) -> None:
    """Write the scores of a run under one protocol, atomically.

    Args:
        folder: of the run.
        protocol: its name.
        frame: a row per task, with `TASK_COLUMNS` and the columns that the ratios name.
        ratios: by metric, of which its figure is the mean.
        scored_by: hash of what decides the scores whatever is measured.
    """
    table = pa.Table.from_pandas(frame)
    metadata = {**(table.schema.metadata or {}), RATIOS: json.dumps(ratios).encode(), SCORED_BY: scored_by.encode()}
    with replacing(scores_path(folder, protocol)) as temporary:
        pq.write_table(table.replace_schema_metadata(metadata), temporary)


def read_task_scores(folder: Path, protocol: str) -> tuple[pd.DataFrame, dict[str, list[Ratio]], str]:
    """What `write_task_scores` wrote: the frame, the ratios, and the hash.

    Raises:
        OSError, ValueError: if the file is missing or damaged.
    """
    table = pq.read_table(scores_path(folder, protocol), use_threads=False)
    metadata = table.schema.metadata or {}
    return table.to_pandas(), _ratios(metadata.get(RATIOS, b"{}")), metadata.get(SCORED_BY, b"").decode()


def faces_of(tasks: pd.DataFrame) -> NDArray[np.object_]:
    """(T, 2) the source and the target face of each row of a task table."""
    return tasks[["source", "target"]].to_numpy(dtype=object)


@dataclass(frozen=True)
class TaskTable:
    """The tasks of a score file, and the order of its rows.

    Attributes:
        content: those of `TABLE_COLUMNS` that the file has, a row per task.
        sha256: as `tasks_sha256` has it.
        tasks: the same in the order of the tasks.
        faces: (T, 2) the source and the target face of each, in that order.
        order: (T,) the row of each task in the file.
        groups: of the tasks that have figures of their own.
    """

    content: pa.Table
    sha256: str
    tasks: pd.DataFrame
    faces: NDArray[np.object_]
    order: NDArray[np.intp]
    groups: TaskGroups

    @classmethod
    def of(cls, content: pa.Table) -> TaskTable:
        """The table of a file's columns."""
        frame = content.to_pandas()
        order = np.argsort(frame["task"].to_numpy(), kind="stable")
        tasks = frame.iloc[order].reset_index(drop=True)
        return cls(content, tasks_sha256(frame), tasks, faces_of(tasks), order, TaskGroups.of(tasks))


class TaskScores:
    """The scores of one run under one protocol.

    Args:
        folder: of the run.
        protocol: its name.
        result: what the run's result says of the protocol.
        known: task tables by their SHA-256; a file of one of these shares it, and a new one is added.

    Raises:
        ResultError: if the file is missing, damaged, or not of this result's tasks.
    """

    def __init__(
        self, folder: Path, protocol: str, result: ProtocolResult, known: dict[str, TaskTable] | None = None
    ) -> None:
        self.path = scores_path(folder, protocol)
        try:
            check_regular(self.path)
            with pq.ParquetFile(self.path) as file:
                table = file.read(use_threads=False)
            self._ratios = _ratios((table.schema.metadata or {}).get(RATIOS, b"{}"))
        except FileNotFoundError as error:
            raise ResultError(f"{self.path}: no such file; score the run again") from error
        except (OSError, ValueError, TypeError, RecursionError, pa.ArrowException) as error:
            if is_of_the_system(error):
                raise
            raise ResultError(f"{self.path}: cannot be read as Parquet; score the run again") from error
        names = table.column_names  # made anew each time that it is asked for
        if doubled := [name for name, count in Counter(names).items() if count > 1]:
            raise ResultError(f"{self.path}: has the column {doubled[0]!r} twice; score the run again")
        missing = [name for name in TASK_COLUMNS if name not in names]
        if missing:
            raise ResultError(f"{self.path}: lacks the column {missing[0]!r}")
        columns = [name for name in TABLE_COLUMNS if name in names]
        try:
            self._table = self._known_table(table.select(columns), result.tasks_sha256, known)
        except ResultError:
            raise
        except (ValueError, TypeError, pa.ArrowException) as error:
            raise ResultError(f"{self.path}: its tasks cannot be read; score the run again") from error
        self._columns = dict(zip(names, table.columns, strict=True))

    def _known_table(self, content: pa.Table, sha256: str, known: dict[str, TaskTable] | None) -> TaskTable:
        content = content.replace_schema_metadata()
        shared = (known or {}).get(sha256)
        if shared is not None and shared.content.equals(content):
            return shared
        found = TaskTable.of(content)
        if found.sha256 != sha256:
            raise ResultError(f"{self.path}: is not of the tasks that its result names; score the run again")
        if known is not None:
            known[sha256] = found
        return found

    @property
    def tasks(self) -> pd.DataFrame:
        """What was requested, in the order of the tasks: the file's columns of `TABLE_COLUMNS`, a row per task."""
        return self._table.tasks

    @property
    def strengths(self) -> tuple[float, ...]:
        """Those at which its tasks come, ascending; empty where the table does not say any."""
        groups = self._table.groups
        return tuple(map(float, groups.names)) if groups.by == "strength" else ()

    @property
    def faces(self) -> NDArray[np.object_]:
        """(T, 2) the source and the target face of each task, which intervals resample."""
        return self._table.faces

    def tally(self, metric: str) -> Array:
        """What each task adds to the sums of an image metric's K ratios: (T, 2, K), as `statistic` takes them.

        Where the tasks are of G attributes, or strengths, the ratios of each are apart: (T, 2, G·K).

        Raises:
            ResultError: if the file holds none, or one holds something else than numbers.
        """
        ratios = self._ratios.get(metric, [])
        names = {name for ratio in ratios for name in ratio if name is not None}
        if not names or not names <= set(self._columns):
            raise ResultError(f"{self.path}: holds no scores of {metric}; score the run again")
        try:
            terms = ratio_terms({name: self._column(name) for name in names}, ratios)
        except (TypeError, ValueError) as error:
            raise ResultError(f"{self.path}: the scores of {metric} are not numbers") from error
        return terms_by_group(terms, self._table.groups.numbers, self._table.groups.count)

    @property
    def statistic(self) -> Statistic:
        """From summed tallies to figures: means over attributes, or areas under curves over strengths, of several."""
        return mean_over_groups(self._table.groups.count, self._table.groups.weights)

    def _column(self, name: str) -> Array:
        return np.asarray(self._columns[name].to_numpy(), dtype=np.float64)[self._table.order]


class ScoreFiles:
    """The score files of many runs, each opened once, when first asked for, and kept."""

    def __init__(self) -> None:
        self._known: dict[str, TaskTable] = {}
        self._files: dict[tuple[Path, str], TaskScores | None] = {}

    def open(self, run: FinishedRun, protocol: str) -> TaskScores | None:
        """The scores of a run under a protocol that it has; None where there are none that can be used."""
        key = (run.path, protocol)
        if key not in self._files:
            try:
                found = TaskScores(run.path.parent, protocol, run.result.protocols[protocol], self._known)
            except ResultError:
                self._files[key] = None
            else:
                self._files[key] = found
        return self._files[key]

    def open_all(self, runs: Sequence[FinishedRun], protocol: str) -> list[TaskScores] | None:
        """Those of a method's runs; None unless every run has them."""
        found = [self.open(run, protocol) for run in runs]
        scores = [file for file in found if file is not None]
        return scores if len(scores) == len(found) else None


def _ratios(text: bytes) -> dict[str, list[Ratio]]:
    """The ratios in a file's metadata.

    Raises:
        ValueError: if it is other JSON than `write_task_scores` writes.
        RecursionError: if it is nested beyond any use.
    """
    return _RATIOS.validate_json(text)
