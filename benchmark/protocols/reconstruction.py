"""Reconstruction: a face from its own mask and style, as a diagnostic."""

from __future__ import annotations

from typing import ClassVar

import torch

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.base import Draw, Protocol, Rows, shuffled_test_rows
from methods.base import EditBatch
from registry.errors import InputError


class Reconstruction(Protocol):
    """Every face is its own target, source and oracle.

    Args:
        count: faces wanted; fewer where the test split does not have as many.
    """

    name: ClassVar[str] = "reconstruction"

    def __init__(self, *, count: int = 1000) -> None:
        super().__init__(count=count)

    def draw(self, dataset: FaceDataset, seed: int) -> Draw:
        """Take test faces in random order.

        Raises:
            InputError: if the test split is empty.
        """
        rows = shuffled_test_rows(dataset, seed, self.name)[: self.count]
        if not len(rows):
            raise InputError("reconstruction needs a face in the test split, which has none")
        rule = f"up to {self.count} test faces in random order, each from its own mask and style"
        return Draw(rows, rows, rule, tuple(dataset.known_attributes))

    def edits(self, dataset: FaceDataset, targets: Rows, sources: Rows) -> EditBatch:
        """N tasks whose oracle is the face itself."""
        face = dataset.batch(targets)
        return EditBatch(
            target=face,
            source=dataset.batch(sources),
            mask=face.mask,
            attributes=face.attributes,
            region=torch.ones_like(face.mask, dtype=torch.bool),
            oracle=face.image,
        )

    def instruction(self, attribute: str) -> str:
        """To give the face back."""
        return "Give the target back as it is."
