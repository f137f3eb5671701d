"""Style copy: one face's style on another face's geometry (MaskGAN, CVPR 2020)."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
import torch

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.base import Draw, Protocol, Rows, shuffled_test_rows
from benchmark.protocols.ground_truth import true_edits
from methods.base import EditBatch
from methods.labels import ATTRIBUTES
from registry.errors import InputError

STYLE_ATTRIBUTES: Final = ("Male", "Heavy_Makeup", "No_Beard")
"""Attributes that go with the style: the result must carry the style face's."""


class StyleCopy(Protocol):
    """The style of face A (target) on the geometry of face B (source).

    Args:
        count: tasks wanted; fewer where the test split does not have as many faces.
        styles: styles that are copied to each geometry, every one a task; two or more show diversity.
    """

    name: ClassVar[str] = "style-copy"

    def __init__(self, *, count: int = 1000, styles: int = 1) -> None:
        if styles < 1:
            raise ValueError(f"styles is {styles}; it must be 1 or more")
        self.styles = styles
        super().__init__(count=count)

    def draw(self, dataset: FaceDataset, seed: int) -> Draw:
        """Deal the test faces into a random ring; to each face, those before it copy their styles, the nearest first.

        Raises:
            InputError: if the test split has too few faces to give every geometry its styles.
        """
        ring = shuffled_test_rows(dataset, seed, self.name)
        if len(ring) <= self.styles:
            raise InputError(f"style-copy needs {self.styles + 1} faces in the test split, which has {len(ring)}")
        targets = np.stack([np.roll(ring, shift) for shift in range(self.styles)], axis=1).ravel()
        sources = np.roll(ring, -1).repeat(self.styles)
        requested = tuple(name for name in STYLE_ATTRIBUTES if name in dataset.known_attributes)
        return Draw(targets[: self.count], sources[: self.count], self._rule, requested)

    @property
    def _rule(self) -> str:
        if self.styles == 1:
            return (
                f"up to {self.count} test faces in random order, each lending its style once to the next one's geometry"
            )
        return (
            f"up to {self.count} tasks: test faces in random order, each geometry under the styles of the "
            f"{self.styles} faces before it"
        )

    def edits(self, dataset: FaceDataset, targets: Rows, sources: Rows) -> EditBatch:
        """N tasks: the source's mask, the target's `STYLE_ATTRIBUTES`, and the source's (the true edit's) others."""
        target, source = dataset.batch(targets), dataset.batch(sources)
        truth = true_edits(dataset, "style-copy", targets, sources)
        attributes = (source if truth is None else truth).attributes.clone()
        columns = [ATTRIBUTES.index(name) for name in STYLE_ATTRIBUTES]
        attributes[:, columns] = target.attributes[:, columns]
        return EditBatch(
            target,
            source,
            mask=source.mask,
            attributes=attributes,
            region=torch.ones_like(source.mask, dtype=torch.bool),
            oracle=None if truth is None else truth.image,
        )

    def instruction(self, attribute: str) -> str:
        """To paint the requested mask in the target's style."""
        return (
            "Paint a face of the requested mask's shape in the style of the target: the colours and textures of its "
            "skin, hair, eyes, lips and clothes, and its make-up."
        )
