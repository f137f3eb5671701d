"""The contract of a protocol: a fixed table of edit tasks drawn from a dataset's test split, and its batches."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.task_batches import joined, tasks_by_attribute
from benchmark.results.task_scores import VARIATION
from methods.base import EditBatch, FaceBatch
from registry.errors import PluginError, plugin_boundary

Rows = NDArray[np.int64]
NO_ROW: Final = -1
"""In place of the dataset's row, of a face that is not of the dataset."""


@dataclass(frozen=True)
class Draw:
    """The tasks that a protocol drew.

    Attributes:
        targets: (T,) dataset rows of the faces being edited.
        sources: (T,) dataset rows of the faces that lend something.
        rule: how they were drawn, in words.
        requested: attributes that an edit must carry.
        attribute: the attribute transferred, or (T,) that of each task; "" where there is none.
        variation: what else decides every task, or (T,) each, in words; "" where nothing does. Tables of other
            variations are other tables, though the faces be the same.
        details: further columns of the table by name, (T,) each, of what the variation says already; by a column of
            strengths tasks have figures of their own.
        together: so many tasks that follow one another belong together; a limit parts them only if it is less.
        ids: of the target and the source of every task, where the rows are `NO_ROW`; empty where they say it.
    """

    targets: Rows
    sources: Rows
    rule: str
    requested: tuple[str, ...]
    attribute: str | Sequence[str] = ""
    variation: str | Sequence[str] = ""
    details: Mapping[str, Sequence[object]] = field(default_factory=dict)
    together: int = 1
    ids: Sequence[tuple[str, str]] = ()


class Protocol(ABC):
    """A kind of edit, as a table of tasks that is the same for every method.

    Args:
        count: tasks wanted; fewer where the test split does not have as many.

    Attributes:
        name: the registered name.
        rule: how the tasks were drawn, in words; set by `tasks`.
        requested_attributes: the attributes that an edit must carry, as far as the dataset knows them; set by `tasks`.
    """

    name: ClassVar[str]
    rule: str = ""
    requested_attributes: tuple[str, ...] = ()

    def __init__(self, *, count: int) -> None:
        if count < 1:
            raise ValueError(f"count is {count}; it must be 1 or more")
        self.count = count

    @abstractmethod
    def draw(self, dataset: FaceDataset, seed: int) -> Draw:
        """Draw all tasks from the test split; a pure function of the packed faces, the seed, and the rule.

        Raises:
            ValueError: if the dataset cannot serve the protocol.
        """

    @abstractmethod
    def edits(self, dataset: FaceDataset, targets: Rows, sources: Rows) -> EditBatch:
        """The tasks of N `targets` and `sources`, on the CPU."""

    def kept_attributes(self, dataset: FaceDataset) -> tuple[str, ...]:
        """Attributes known to `dataset` that an edit must leave as they are."""
        return ()

    def edits_of(self, dataset: FaceDataset, targets: Rows, sources: Rows, attribute: str) -> EditBatch:
        """`edits` of tasks that transfer one attribute, for protocols that transfer several."""
        return self.edits(dataset, targets, sources)

    def edits_of_tasks(self, dataset: FaceDataset, rows: pd.DataFrame, attribute: str) -> EditBatch:
        """`edits_of` of N rows of the table, for protocols whose tasks are decided by their variation too."""
        targets, sources = (rows[column].to_numpy(np.int64) for column in ("target_row", "source_row"))
        return self.edits_of(dataset, targets, sources, attribute)

    def scored(self, tasks: EditBatch) -> EditBatch:
        """Tasks as metrics are given them: as methods are, unless the protocol hides something of the target."""
        return tasks

    def scored_tasks(self, dataset: FaceDataset, rows: pd.DataFrame) -> EditBatch:
        """`scored` of N rows of the table, for protocols whose metrics see what no method may, such as a true mask."""
        return self.scored(self.batch(dataset, rows))

    def requested_of(self, attribute: str) -> tuple[str, ...]:
        """`requested_attributes` of the tasks that transfer an attribute, for protocols that transfer several."""
        return self.requested_attributes

    def kept_of(self, dataset: FaceDataset, attribute: str) -> tuple[str, ...]:
        """`kept_attributes` of the tasks that transfer an attribute, for protocols that transfer several."""
        return self.kept_attributes(dataset)

    def real_faces(self, batch: EditBatch) -> FaceBatch:
        """The real faces that already are as the edits should be, for the row "real images"."""
        return batch.target

    def instruction(self, attribute: str) -> str:
        """What a task asks for, as a sentence to somebody who has its files; `attribute` is the one transferred."""
        return "Give the target the requested mask and attributes, and leave the rest of it as it is."

    def tasks(self, dataset: FaceDataset, seed: int, limit: int | None = None) -> pd.DataFrame:
        """The table of tasks, or its first `limit` rows.

        Returns:
            One row per task: `task` its number, `target` and `source` their ids, `target_row` and `source_row` their
            dataset rows, `attribute` the one transferred ("" where there is none); and `task_variation`, where the
            protocol says what else decides a task, with the details that it gives.

        Raises:
            ValueError: if the dataset cannot serve the protocol, or `limit` is below 1.
        """
        if limit is not None and limit < 1:
            raise ValueError(f"limit is {limit}; it must be 1 or more")
        drawn = self._drawn(dataset, seed)
        self.rule, self.requested_attributes = drawn.rule, drawn.requested
        if limit is not None and limit > drawn.together:
            limit -= limit % drawn.together
        targets, sources = drawn.targets[:limit], drawn.sources[:limit]
        attribute, variation = (
            said if isinstance(said, str) else [str(one) for one in said[:limit]]
            for said in (drawn.attribute, drawn.variation)
        )
        ids = dataset.packed.ids
        known = ((str(ids[target]), str(ids[source])) for target, source in zip(targets, sources, strict=True))
        pairs = list(drawn.ids[:limit] or known)
        table = pd.DataFrame(
            {
                "task": np.arange(len(targets), dtype=np.int64),
                "target": [target for target, _ in pairs],
                "source": [source for _, source in pairs],
                "target_row": targets,
                "source_row": sources,
                "attribute": attribute,
            }
        )
        if any(variation):
            table[VARIATION] = variation
        for name, values in drawn.details.items():
            table[name] = pd.Series(list(values[:limit]), index=table.index)
        return table

    def hinted(self, tasks: EditBatch) -> EditBatch:
        """N tasks with hints, for methods that take them; a protocol that gives none leaves the tasks as they are."""
        return tasks

    def batch(self, dataset: FaceDataset, rows: pd.DataFrame, *, hints: bool = False) -> EditBatch:
        """The tasks of N rows of the table, on the CPU, with instructions; with the oracle where all of it is known.

        Args:
            dataset: the faces.
            rows: of the table.
            hints: whether to make the hints that the protocol gives.

        Raises:
            ValueError: if the rows were drawn from another dataset.
        """
        targets = rows["target_row"].to_numpy(np.int64)
        sources = rows["source_row"].to_numpy(np.int64)
        for column, faces in (("target", targets), ("source", sources)):
            if faces.size and faces.max() >= len(dataset.packed.ids):
                raise ValueError(f"the tasks name row {faces.max()}, but the dataset has {len(dataset.packed.ids)}")
            for expected, face in zip(rows[column], faces, strict=True):
                found = dataset.packed.ids[face]
                if face != NO_ROW and str(expected) != str(found):
                    raise ValueError(f"the tasks were drawn from another dataset: {column} {expected} is {found} here")
        tasks = self.edits_of_rows(dataset, rows)
        return self.hinted(tasks) if hints else tasks

    def edits_of_rows(self, dataset: FaceDataset, rows: pd.DataFrame) -> EditBatch:
        """The tasks of N pairs of faces, whether or not they are those of the table: `batch` without its comparison.

        Args:
            dataset: the faces.
            rows: `target_row`, `source_row` and `attribute` of each, and its `task_variation` if the table has it.
        """
        parts = [self._edits(dataset, part) for part in tasks_by_attribute(rows)]
        if len(parts) == 1:
            return parts[0]
        places = [np.flatnonzero(rows["attribute"] == name) for name in dict.fromkeys(rows["attribute"])]
        return joined(parts, np.argsort(np.concatenate(places)))

    def _edits(self, dataset: FaceDataset, rows: pd.DataFrame) -> EditBatch:
        """Tasks of one attribute."""
        attribute = str(rows["attribute"].iloc[0])
        function = f"{type(self).__name__}.edits"
        with plugin_boundary(function):
            tasks = self.edits_of_tasks(dataset, rows, attribute)
        if not isinstance(tasks, EditBatch) or len(tasks) != len(rows):
            given = f"{len(tasks)} tasks" if isinstance(tasks, EditBatch) else type(tasks).__name__
            raise PluginError(f"{function} gave {given}, where an EditBatch of {len(rows)} was expected")
        if attribute:
            tasks = replace(tasks, transferred=(attribute,) * len(rows))
        if tasks.strength is None:
            tasks = replace(tasks, strength=torch.ones(len(rows)))
        if tasks.instructions:
            return tasks
        return replace(tasks, instructions=(self.instruction(attribute),) * len(rows))

    def _drawn(self, dataset: FaceDataset, seed: int) -> Draw:
        function = f"{type(self).__name__}.draw"
        with plugin_boundary(function, ValueError):
            drawn = self.draw(dataset, seed)
        if not isinstance(drawn, Draw):
            raise PluginError(f"{function} gave {type(drawn).__name__}, where a Draw was expected")
        targets, sources = np.shape(drawn.targets), np.shape(drawn.sources)
        if targets != sources or len(targets) != 1 or targets == (0,):
            raise PluginError(
                f"{function} gave targets {targets} and sources {sources}, where as many of both, (T,), were expected"
            )
        of_tasks = {"attributes": drawn.attribute, "variations": drawn.variation, **drawn.details}
        if drawn.ids:
            of_tasks["ids"] = drawn.ids
        for what, said in of_tasks.items():
            if not isinstance(said, str) and len(said) != len(drawn.targets):
                raise PluginError(f"{function} gave {len(said)} {what} for {len(drawn.targets)} tasks")
        return drawn


def shuffled_test_rows(dataset: FaceDataset, seed: int, role: str) -> Rows:
    """Rows of the test split in an order that ids, seed and role decide.

    The order is that of a hash of each id, so it outlives changes of numpy's generators and of the rows, and a face
    that drops out leaves the order of the others as it was.
    """
    rows = dataset.rows("test")
    keys = [hashlib.sha256(f"{seed}/{role}/{face}".encode()).hexdigest() for face in dataset.packed.ids[rows]]
    return rows[np.argsort(np.array(keys))]
