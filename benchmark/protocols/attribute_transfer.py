"""Attribute transfer: a target without an attribute takes it from a source of like pose (MaskGAN, CVPR 2020)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.attribute_options import ALL, AttributeTransferOptions
from benchmark.protocols.attribute_pairs import AttributePairs, NoPairs
from benchmark.protocols.base import Draw, Protocol, Rows
from benchmark.protocols.implied_attributes import IMPLIED
from benchmark.protocols.instructions import attribute_instruction
from benchmark.protocols.requested_edits import at_strength, requested_edits, with_hints
from methods.base import EditBatch, FaceBatch
from methods.labels import check_attribute_names
from registry.errors import InputError


class AttributeTransfer(Protocol):
    """Pairs of a target without an attribute and a source with it, for one attribute or several.

    What is requested is the true edit where the dataset knows it. Else attributes are, and a mask where a region of the
    face carries the attribute.

    Args:
        attribute: an attribute that the dataset knows, several of them, or "all" that it has pairs of.
        count: pairs wanted of each attribute; fewer where the test split does not have as many.
        strength: how far edits are to go, from 0: 1 is the whole edit, less a part of it, more beyond it.
    """

    name: ClassVar[str] = "attribute-transfer"

    def __init__(
        self,
        *,
        attribute: str | Sequence[str] = AttributeTransferOptions.attribute,
        count: int = AttributeTransferOptions.count,
        strength: float = AttributeTransferOptions.strength,
    ) -> None:
        self.attributes = (attribute,) if isinstance(attribute, str) else tuple(attribute)
        if self.attributes != (ALL,):
            check_attribute_names(self.attributes)
        if not 0 <= strength < math.inf:
            raise ValueError(f"strength is {strength}; it must be 0 or more")
        self.strength = float(strength)
        super().__init__(count=count)

    def real_faces(self, batch: EditBatch) -> FaceBatch:
        """The sources: they have the attribute."""
        return batch.source

    def draw(self, dataset: FaceDataset, seed: int) -> Draw:
        """Pair targets without each attribute with sources that have it, matched by pose where poses are known.

        The pairs of an attribute are the same whichever others there are; the attributes take turns in the table.

        Raises:
            InputError: if the dataset does not know an attribute, or has no such pair.
        """
        every = self.attributes == (ALL,)
        pairs, without = [], []
        for attribute in dataset.known_attributes if every else self.attributes:
            try:
                pairs.append(AttributePairs.draw(AttributeTransfer.name, dataset, attribute, seed, self.count))
            except NoPairs as error:
                if not every:
                    raise InputError(str(error)) from error
                without.append(attribute)
        if not pairs:
            raise InputError("no attribute can be transferred: the test split has no pair of any")
        turn = np.concatenate([np.arange(len(each.targets)) for each in pairs])
        order = np.argsort(turn, kind="stable")
        names = np.repeat([each.attribute for each in pairs], [len(each.targets) for each in pairs])
        return Draw(
            targets=np.concatenate([each.targets for each in pairs])[order],
            sources=np.concatenate([each.sources for each in pairs])[order],
            rule=self._rule(pairs, without, with_poses=dataset.packed.poses is not None),
            requested=tuple(each.attribute for each in pairs),
            attribute=[str(name) for name in names[order]],
            variation="" if self.strength == 1 else f"strength {self.strength:g}",
        )

    def edits(self, dataset: FaceDataset, targets: Rows, sources: Rows) -> EditBatch:
        """N tasks of the only attribute."""
        (attribute,) = self.attributes
        return self.edits_of(dataset, targets, sources, attribute)

    def edits_of(self, dataset: FaceDataset, targets: Rows, sources: Rows, attribute: str) -> EditBatch:
        """N tasks of an attribute; mask, attributes and oracle are the true edit's where the dataset knows it.

        At another strength than 1, masks go as far as that says, and oracles are not known.
        """
        tasks = requested_edits(dataset, targets, sources, attribute)
        return tasks if self.strength == 1 else at_strength(tasks, self.strength)

    def hinted(self, tasks: EditBatch) -> EditBatch:
        """N tasks with the outlines and colours of the parts that they request."""
        return with_hints(tasks)

    def requested_of(self, attribute: str) -> tuple[str, ...]:
        """The attribute."""
        return (attribute,)

    def kept_attributes(self, dataset: FaceDataset) -> tuple[str, ...]:
        """The known attributes that the tasks of one attribute or another keep."""
        kept = {name for attribute in self.requested_attributes for name in self.kept_of(dataset, attribute)}
        return tuple(name for name in dataset.known_attributes if name in kept)

    def kept_of(self, dataset: FaceDataset, attribute: str) -> tuple[str, ...]:
        """The known attributes but for the one transferred and those that it implies (a smile: an open mouth, …)."""
        changed = {attribute, *IMPLIED.get(attribute, ())}
        return tuple(name for name in dataset.known_attributes if name not in changed)

    def instruction(self, attribute: str) -> str:
        """To give the target the attribute, as far as the strength says."""
        return instruction_at_strength(attribute, self.strength)

    def _rule(self, pairs: Sequence[AttributePairs], without: Sequence[str], *, with_poses: bool) -> str:
        matched = (
            "matched by pose (Euclidean distance of yaw, pitch and roll in degrees; faces of unknown pose last)"
            if with_poses
            else "drawn at random, since poses are unknown"
        )
        conditions: dict[str, list[str]] = {}
        for found in pairs:
            for said in found.conditions:
                conditions.setdefault(said, []).append(found.attribute)
        if len(pairs) == 1 and not without:
            of_each, name, means = "", pairs[0].attribute, ""
            said_of = list(conditions)
        else:
            of_each, name = f" for each of {', '.join(found.attribute for found in pairs)}", "it"
            means = "; figures of single images are means over attributes"
            said_of = [f"{said} ({', '.join(attributes)})" for said, attributes in conditions.items()]
        if self.strength != 1:
            said_of.append(f"edits are to go {self.strength:g} of the way, and so do masks")
        if without:
            said_of.append(f"left out for lack of pairs: {', '.join(without)}")
        return (
            f"up to {self.count} pairs{of_each} of a test face without {name} and one with it, the source {matched}; "
            f"every target once before any again, no pair twice{''.join(f'; {said}' for said in said_of)}{means}"
        )


def instruction_at_strength(attribute: str, strength: float) -> str:
    """To give the target an attribute, as far as a strength says."""
    said = attribute_instruction(attribute)
    return said if strength == 1 else f"{said} Go {strength:g} of the way."
