"""Completion: a region of a face is hidden, and to be filled as its mask requests, so that the face is whole again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.base import Draw, Protocol, Rows, shuffled_test_rows
from benchmark.protocols.completion_options import BRUSH, PART, CompletionOptions
from benchmark.protocols.holes import PARTS, hole, hole_names
from benchmark.results.task_scores import VARIATION
from methods.base import EditBatch
from methods.labels import NUM_LABELS
from methods.shared.hints import part_colours, sketch_of
from registry.cards import joined
from registry.errors import InputError

FILL: Final = 0.0
"""What the target shows of the hidden region: mid-grey, in [-1, 1]."""


class Completion(Protocol):
    """Faces with a hole; the true result is the face itself, on photographs too.

    A method sees nothing of the hidden pixels but the hints that its card takes: target and source are the face with
    the hole in grey. Mask and attributes, which are annotations, are the face's own.

    Args:
        options: those of `CompletionOptions`.

    Raises:
        ValueError: for holes that cannot be made, or a count below 1.
    """

    name: ClassVar[str] = "completion"

    def __init__(self, **options: Any) -> None:
        self.options = CompletionOptions(**options)
        super().__init__(count=self.options.count)

    def draw(self, dataset: FaceDataset, seed: int) -> Draw:
        """Take test faces in random order, a hole in each.

        Raises:
            InputError: if the test split is empty.
        """
        rows = shuffled_test_rows(dataset, seed, self.name)[: self.count]
        if not len(rows):
            raise InputError("completion needs a face in the test split, which has none")
        names = hole_names(self.options, (dataset.packed.masks[row] for row in rows))
        return Draw(rows, rows, self._rule, tuple(dataset.known_attributes), variation=names)

    @property
    def _rule(self) -> str:
        kinds, turns = ", ".join(self.options.kinds), " in turns" if len(self.options.kinds) > 1 else ""
        ranges = ", ".join(f"({least:g}, {most:g}]" for least, most in self.options.ranges)
        areas = f"; brushes cover {ranges} of the image in turns" if BRUSH in self.options.kinds else ""
        parts = f"; parts are {joined(list(PARTS))} in turns" if PART in self.options.kinds else ""
        return f"up to {self.count} test faces in random order, each with a hole: {kinds}{turns}{areas}{parts}"

    def edits(self, dataset: FaceDataset, targets: Rows, sources: Rows) -> EditBatch:
        """N tasks whose holes take turns from the first."""
        return self.holed(dataset, targets, hole_names(self.options, (dataset.packed.masks[row] for row in targets)))

    def edits_of_tasks(self, dataset: FaceDataset, rows: pd.DataFrame, attribute: str) -> EditBatch:
        """N tasks with the holes that were drawn for them."""
        if VARIATION not in rows:
            return super().edits_of_tasks(dataset, rows, attribute)
        return self.holed(dataset, rows["target_row"].to_numpy(np.int64), [str(name) for name in rows[VARIATION]])

    def holed(self, dataset: FaceDataset, targets: Rows, names: Sequence[str]) -> EditBatch:
        """N tasks of holes by their names; the oracle is the face itself."""
        face = dataset.batch(targets)
        triples = zip(names, face.ids, face.mask.numpy(), strict=True)
        region = torch.from_numpy(np.stack([hole(*triple) for triple in triples]))
        shown = replace(face, image=face.image.masked_fill(region.unsqueeze(1), FILL))
        return EditBatch(
            target=shown,
            source=shown,
            mask=face.mask,
            attributes=face.attributes,
            region=region,
            oracle=face.image,
        )

    def hinted(self, tasks: EditBatch) -> EditBatch:
        """N tasks with what a user who remembers the face would draw.

        These are its edges within the hole, and each of its parts there in its median colour.
        """
        face, hidden = _whole_faces(tasks), tasks.mask.masked_fill(~tasks.region, NUM_LABELS)
        colour = part_colours(tasks.mask, tasks.region, (face, hidden))
        return replace(tasks, sketch=sketch_of(face, tasks.region), colour=colour)

    def scored(self, tasks: EditBatch) -> EditBatch:
        """The tasks with the whole face as target and source, which metrics compare a filled one with."""
        whole = replace(tasks.target, image=_whole_faces(tasks))
        return replace(tasks, target=whole, source=whole)

    def instruction(self, attribute: str) -> str:
        """To fill the hole."""
        return "Fill the hidden region so that the whole is one believable face with the parts of the requested mask."


def _whole_faces(tasks: EditBatch) -> Tensor:
    if tasks.oracle is None:
        raise ValueError("tasks of completion lost their faces")
    return tasks.oracle
