"""Examples: edits of one's own that were saved, such as an interesting failure, as tasks for every method."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.base import NO_ROW, Draw, Protocol, Rows
from benchmark.protocols.example_files import Example, read_examples
from benchmark.protocols.example_options import ExamplesOptions
from benchmark.protocols.task_batches import joined
from benchmark.runtime.home_folder import expanded
from methods.base import EditBatch


class Examples(Protocol):
    """Saved edits, whose faces come from their files and need not be of the dataset.

    The rows of a table ask for an edit by the same means: what one of them lacks, a mask or an attribute to change,
    none of them is known to have. Where each asks for one attribute, there are figures by attribute.

    Args:
        options: those of `ExamplesOptions`.
    """

    name: ClassVar[str] = "examples"

    def __init__(self, **options: Any) -> None:
        self.file = expanded(ExamplesOptions(**options).file)
        super().__init__(count=1)

    @cached_property
    def examples(self) -> list[Example]:
        """The rows of the table.

        Raises:
            InputError: if it cannot be read.
        """
        return read_examples(Path(self.file))

    def draw(self, dataset: FaceDataset, seed: int) -> Draw:
        """Every row of the table.

        Raises:
            InputError: if the table, or a file that it names, cannot be used.
        """
        examples, size = self.examples, dataset.size
        for example in examples:
            example.task(size, dataset.attribute_names)
        asked = [example.attributes_asked for example in examples]
        rows = np.full(len(examples), NO_ROW)
        return Draw(
            targets=rows,
            sources=rows,
            rule=f"the {len(examples)} saved edits of {self.file.name}",
            requested=tuple(dict.fromkeys(name for names in asked for name in names)),
            attribute=[names[0] for names in asked] if all(len(names) == 1 for names in asked) else "",
            variation=[example.digest[:16] for example in examples],
            ids=tuple((example.cells["target_id"], example.cells["source_id"]) for example in examples),
        )

    def edits(self, dataset: FaceDataset, targets: Rows, sources: Rows) -> EditBatch:
        """None: examples are known by their number in the table, and by no rows of the dataset.

        Raises:
            ValueError: always.
        """
        raise ValueError("examples are tasks of their table, not of rows of the dataset")

    def edits_of_tasks(self, dataset: FaceDataset, rows: pd.DataFrame, attribute: str) -> EditBatch:
        """The N tasks of the numbers that the rows have."""
        return _joined([example.task(dataset.size, dataset.attribute_names) for example in self._of(rows)])

    def batch(self, dataset: FaceDataset, rows: pd.DataFrame, *, hints: bool = False) -> EditBatch:
        """As every protocol's; the hints are those that were saved."""
        tasks = super().batch(dataset, rows)
        found = [example.hints(dataset.size) for example in self._of(rows)] if hints else []
        given = [pair for pair in found if pair is not None]
        if not found or len(given) < len(found):
            return tasks
        sketch, colour = (torch.cat(parts) for parts in zip(*given, strict=True))
        return replace(tasks, sketch=sketch, colour=colour)

    def scored_tasks(self, dataset: FaceDataset, rows: pd.DataFrame) -> EditBatch:
        """The tasks with whole faces as targets, which metrics compare edits with."""
        tasks = self.batch(dataset, rows)
        whole = torch.cat([example.whole(dataset.size) for example in self._of(rows)])
        return replace(tasks, target=replace(tasks.target, image=whole))

    def requested_of(self, attribute: str) -> tuple[str, ...]:
        """The attribute, where each example asks for one."""
        return (attribute,) if attribute else self.requested_attributes

    def instruction(self, attribute: str) -> str:
        """To do what was asked for on the page."""
        return "Give the target the requested mask, attributes or style, and leave the rest of it as it is."

    def _of(self, rows: pd.DataFrame) -> list[Example]:
        return [self.examples[int(task)] for task in rows["task"]]


def _joined(tasks: list[EditBatch]) -> EditBatch:
    return tasks[0] if len(tasks) == 1 else joined(tasks, np.arange(len(tasks)))
