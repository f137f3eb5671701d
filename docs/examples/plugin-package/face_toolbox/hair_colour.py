"""A protocol: faces that take the colour of another face's hair, whose true results nobody knows."""

from typing import ClassVar

import numpy as np

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.base import Draw, Protocol, Rows, shuffled_test_rows
from methods.base import EditBatch
from methods.labels import LABELS

HAIR = LABELS.index("hair")


class HairColour(Protocol):
    """Each test face with hair takes the colour of the next one's.

    Args:
        count: tasks wanted; fewer where the test split does not have as many faces with hair.
    """

    name: ClassVar[str] = "hair-colour"

    def __init__(self, *, count: int) -> None:
        super().__init__(count=count)

    def draw(self, dataset: FaceDataset, seed: int) -> Draw:
        """Take faces in an order that the seed decides.

        Raises:
            ValueError: if fewer than two faces have hair.
        """
        rows = shuffled_test_rows(dataset, seed, self.name)
        rows = rows[[bool((dataset.packed.masks[row] == HAIR).any()) for row in rows]]
        if len(rows) < 2:
            raise ValueError(f"it needs two test faces with hair, and there are {len(rows)}")
        rule = f"up to {self.count} test faces with hair in random order, each with the colour of the next one's hair"
        return Draw(rows[: self.count], np.roll(rows, -1)[: self.count], rule, requested=())

    def edits(self, dataset: FaceDataset, targets: Rows, sources: Rows) -> EditBatch:
        """N tasks: the target's own mask and attributes, and its hair as the region."""
        target = dataset.batch(targets)
        return EditBatch(
            target=target,
            source=dataset.batch(sources),
            mask=target.mask,
            attributes=target.attributes,
            region=target.mask == HAIR,
        )
