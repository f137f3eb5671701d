"""Attribute transfer: a target without an attribute takes it from a source of like pose (MaskGAN, CVPR 2020)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np
from torch import Tensor

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.base import Draw, Protocol, Rows, shuffled_test_rows
from benchmark.protocols.ground_truth import TrueEdits, true_edits
from benchmark.protocols.instructions import attribute_instruction
from benchmark.protocols.mouth_region import mouth_region, widened, with_mouth_of
from benchmark.protocols.pose_matching import paired_in_rounds
from methods.base import EditBatch, FaceBatch
from methods.labels import ATTRIBUTES, MOUTH_LABELS
from registry.errors import InputError

MASK_ATTRIBUTE: Final = "Smiling"
"""The attribute that masks alone can transfer: its regions are the mouth's."""

_HAIR_COLOURS: Final = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair")
_BEARDS: Final = ("5_o_Clock_Shadow", "Goatee", "Mustache", "Sideburns", "No_Beard")
_IMPLIED: Final[Mapping[str, tuple[str, ...]]] = {
    # A smile opens the mouth and lifts the cheeks; the mask's lips are the source's, whatever their size.
    "Smiling": ("Mouth_Slightly_Open", "High_Cheekbones", "Big_Lips"),
    "Male": (*_BEARDS, "Heavy_Makeup", "Wearing_Lipstick"),
    "Heavy_Makeup": ("Wearing_Lipstick", "Rosy_Cheeks"),
    "Bald": (*_HAIR_COLOURS, "Bangs", "Receding_Hairline", "Straight_Hair", "Wavy_Hair"),
    "Wearing_Hat": ("Bangs", "Bald", "Receding_Hairline"),
    "Straight_Hair": ("Wavy_Hair",),
    "Wavy_Hair": ("Straight_Hair",),
    **dict.fromkeys(_HAIR_COLOURS, _HAIR_COLOURS),
    **dict.fromkeys(_BEARDS, _BEARDS),
}
"""Attributes that an edit of another one changes by its nature, or that exclude it."""

_VISIBLE: Final = 8 / 127.5
"""Difference of a channel, in units of [-1, 1], from which a true edit counts as having changed a pixel."""


class AttributeTransfer(Protocol):
    """Pairs of a target without `attribute` and a source with it.

    The requested mask is the target's with the source's mouth regions, which is a smile's; other attributes are
    possible only where the dataset knows the true edited face.

    Args:
        attribute: a CelebA attribute that the dataset knows.
        count: pairs wanted; fewer where the test split does not have as many.
    """

    name: ClassVar[str] = "attribute-transfer"

    def __init__(self, *, attribute: str = MASK_ATTRIBUTE, count: int = 400) -> None:
        self.attribute = attribute
        super().__init__(count=count)

    def real_faces(self, batch: EditBatch) -> FaceBatch:
        """The sources: they have the attribute."""
        return batch.source

    def draw(self, dataset: FaceDataset, seed: int) -> Draw:
        """Pair targets without the attribute with sources that have it, matched by pose where poses are known.

        Raises:
            InputError: if the dataset does not know the attribute, has no such pair, or cannot transfer it.
        """
        if self.attribute not in dataset.known_attributes:
            known = ", ".join(dataset.known_attributes)
            raise InputError(f"attribute {self.attribute!r} is not known in this dataset; known are: {known}")
        targets, sources = (self._candidates(dataset, seed, role) for role in ("target", "source"))
        column = dataset.packed.attributes[:, ATTRIBUTES.index(self.attribute)]
        targets, sources = targets[column[targets] == 0], sources[column[sources] == 1]
        if not len(targets) or not len(sources):
            raise InputError(
                f"attribute {self.attribute!r} cannot be transferred: the test split has {len(targets)} usable faces "
                f"without it and {len(sources)} with it"
            )
        poses = dataset.packed.poses
        targets, sources = paired_in_rounds(targets, sources, poses, self.count)
        self._truth(dataset, targets[:1], sources[:1])
        return Draw(targets, sources, self._rule(with_poses=poses is not None), (self.attribute,), self.attribute)

    def edits(self, dataset: FaceDataset, targets: Rows, sources: Rows) -> EditBatch:
        """N tasks; mask, attributes and oracle are the true edit's where the dataset knows it."""
        target, source = dataset.batch(targets), dataset.batch(sources)
        truth = self._truth(dataset, targets, sources)
        if truth is None:
            mask, attributes = with_mouth_of(target.mask, source.mask), target.attributes.clone()
            attributes[:, ATTRIBUTES.index(self.attribute)] = 1
            return EditBatch(target, source, mask, attributes, mouth_region(target.mask, mask))
        region = self._region(target.mask, target.image, truth)
        return EditBatch(target, source, truth.mask, truth.attributes, region, truth.image)

    def kept_attributes(self, dataset: FaceDataset) -> tuple[str, ...]:
        """The known attributes but for the one transferred and those that it implies (a smile: an open mouth, …)."""
        changed = {self.attribute, *_IMPLIED.get(self.attribute, ())}
        return tuple(name for name in dataset.known_attributes if name not in changed)

    def instruction(self, attribute: str) -> str:
        """To give the target the attribute."""
        return attribute_instruction(attribute)

    def _candidates(self, dataset: FaceDataset, seed: int, role: str) -> Rows:
        rows = shuffled_test_rows(dataset, seed, f"{self.name}/{self.attribute}/{role}")
        if self.attribute != MASK_ATTRIBUTE:
            return rows
        # A face whose lips nobody annotated has no mouth to give, and none whose place is known.
        return np.array([row for row in rows if np.isin(dataset.packed.masks[row], MOUTH_LABELS).any()], np.int64)

    def _truth(self, dataset: FaceDataset, targets: Rows, sources: Rows) -> TrueEdits | None:
        truth = true_edits(dataset, "attribute-transfer", targets, sources, self.attribute)
        if truth is None and self.attribute != MASK_ATTRIBUTE:
            raise InputError(
                f"attribute {self.attribute!r} cannot be transferred by a mask in this dataset; possible is: "
                f"{MASK_ATTRIBUTE}"
            )
        return truth

    def _region(self, mask: Tensor, image: Tensor, truth: TrueEdits) -> Tensor:
        if self.attribute == MASK_ATTRIBUTE:
            return mouth_region(mask, truth.mask)
        repainted = ((image - truth.image).abs() >= _VISIBLE).any(dim=1)
        return widened(repainted | (mask != truth.mask))

    def _rule(self, *, with_poses: bool) -> str:
        matched = (
            "matched by pose (Euclidean distance of yaw, pitch and roll in degrees; faces of unknown pose last)"
            if with_poses
            else "drawn at random, since poses are unknown"
        )
        shown = "; both masks show a mouth" if self.attribute == MASK_ATTRIBUTE else ""
        return (
            f"up to {self.count} pairs of a test face without {self.attribute} and one with it, the source {matched}; "
            f"every target once before any again, no pair twice{shown}"
        )
