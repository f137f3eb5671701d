"""A protocol: every face is to look the other way. Its true edit is the mirrored photograph."""

from typing import ClassVar

import torch
from torch import Tensor

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.base import Draw, Protocol, Rows, shuffled_test_rows
from methods.base import EditBatch
from methods.labels import FLIP_PAIRS, NUM_LABELS
from registry import PROTOCOLS

CARD = {
    "name": "mirror",
    "title": "Mirror",
    "summary": "A face in its own style on its mirrored mask.",
    "needs": ["mask"],
    "gives": ["image", "mask", "source image", "source mask", "region", "oracle"],
    "options": {"count": 1000},
    "metrics": ["seg-accuracy", "seg-miou", "psnr-oracle", "frechet-judge", "sharpness"],
}


@PROTOCOLS.register(card=CARD)
class Mirror(Protocol):
    """Each task's target and source are one face.

    Args:
        count: tasks wanted; fewer where the test split does not have as many faces.
    """

    name: ClassVar[str] = "mirror"

    def __init__(self, *, count: int = 1000) -> None:
        super().__init__(count=count)

    def draw(self, dataset: FaceDataset, seed: int) -> Draw:
        """Take test faces in an order that the seed decides."""
        rows = shuffled_test_rows(dataset, seed, self.name)[: self.count]
        rule = f"up to {self.count} test faces in random order, each on its own mirrored mask"
        return Draw(targets=rows, sources=rows, rule=rule, requested=tuple(dataset.known_attributes))

    def edits(self, dataset: FaceDataset, targets: Rows, sources: Rows) -> EditBatch:
        """N tasks; the left eye of a mirrored face is where its right eye was."""
        face = dataset.batch(targets)
        return EditBatch(
            target=face,
            source=face,
            mask=mirrored(face.mask),
            attributes=face.attributes,
            region=torch.ones_like(face.mask, dtype=torch.bool),
            oracle=face.image.flip(3),
        )


def mirrored(mask: Tensor) -> Tensor:
    """A label map (N, H, W) the other way round, with the labels of eyes, brows and ears exchanged."""
    label = torch.arange(NUM_LABELS, dtype=mask.dtype)
    for left, right in FLIP_PAIRS:
        label[left], label[right] = right, left
    return label[mask.flip(2).long()]
