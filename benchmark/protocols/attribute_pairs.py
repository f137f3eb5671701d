"""The pairs of faces between which an attribute is transferred: who may give it, who may take it, and how they meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmark.datasets.base import FaceDataset
from benchmark.datasets.hidden_attributes import HIDDEN_BY
from benchmark.protocols.base import Rows, shuffled_test_rows
from benchmark.protocols.placed_parts import PARTS, Mask, Part, landmarks, with_part_of
from benchmark.protocols.pose_matching import paired_in_rounds
from methods.labels import LABELS, MOUTH_LABELS
from registry.errors import InputError, UnknownNameError, unknown

MOUTH_IN_PLACE: Final = "Smiling"
"""The attribute whose regions are the source's mouth, where the source has it, as the paper has it."""


class NoPairs(ValueError):
    """A test split without a pair between which an attribute could be transferred."""


@dataclass(frozen=True)
class AttributePairs:
    """Up to so many pairs of test faces, the target without an attribute and the source with it.

    Attributes:
        attribute: the attribute.
        targets: (P,) rows of the dataset.
        sources: (P,) rows of the dataset.
        conditions: what else holds of the faces, in words.
    """

    attribute: str
    targets: Rows
    sources: Rows
    conditions: tuple[str, ...]

    @classmethod
    def draw(cls, protocol: str, dataset: FaceDataset, attribute: str, seed: int, count: int) -> AttributePairs:
        """Draw them, a pure function of faces, seed and attribute.

        Args:
            protocol: name that enters the seed.
            dataset: the faces.
            attribute: one that the dataset may know.
            seed: of the order of the faces.
            count: pairs wanted.

        Raises:
            InputError: if the dataset does not know the attribute.
            NoPairs: if the test split has no such pair.
        """
        if attribute not in dataset.known_attributes:
            if attribute not in dataset.attribute_names:
                raise UnknownNameError(unknown("attribute", attribute, dataset.known_attributes))
            known = ", ".join(dataset.known_attributes)
            raise InputError(f"attribute {attribute!r} is not known in this dataset; known are: {known}")
        targets, sources = (
            shuffled_test_rows(dataset, seed, f"{protocol}/{attribute}/{role}") for role in ("target", "source")
        )
        targets = targets[_of(dataset, targets, attribute) == 0]
        sources = sources[_of(dataset, sources, attribute) == 1]
        hiding = [other for other in HIDDEN_BY.get(attribute, ()) if other in dataset.known_attributes]
        for other in hiding:
            targets = targets[_of(dataset, targets, other) == 0]
        conditions = [f"no target is {' or '.join(hiding)}, which hides it"] if hiding else []
        part = _carried_by(dataset, targets, sources, attribute)
        if attribute == MOUTH_IN_PLACE:
            # A face whose lips nobody annotated has no mouth to give, and none whose place is known.
            targets, sources = (_showing(dataset, rows, MOUTH_LABELS) for rows in (targets, sources))
            conditions.append("both masks show a mouth")
        elif part is not None:
            sources = _showing(dataset, sources, (part.shown,))
            targets, sources = (_with_landmarks(dataset, rows) for rows in (targets, sources))
            conditions.append(f"both masks show eyes and mouth, and the source's {LABELS[part.shown]}")
        if not len(targets) or not len(sources):
            raise NoPairs(
                f"attribute {attribute!r} cannot be transferred: the test split has {len(targets)} usable faces "
                f"without it and {len(sources)} with it"
            )
        targets, sources = paired_in_rounds(targets, sources, dataset.packed.poses, count)
        if part is not None:
            masks = dataset.packed.masks
            shown = [_is_seen(part, masks[pair[0]], masks[pair[1]]) for pair in zip(targets, sources, strict=True)]
            targets, sources = targets[shown], sources[shown]
            if not len(targets):
                raise NoPairs(f"attribute {attribute!r} cannot be transferred: no source's part falls on a target")
        return cls(attribute, targets, sources, tuple(conditions))


def _of(dataset: FaceDataset, rows: Rows, attribute: str) -> Rows:
    values: Rows = dataset.packed.attributes[rows, dataset.attribute_names.index(attribute)].astype(np.int64)
    return values


def _showing(dataset: FaceDataset, rows: Rows, labels: tuple[int, ...]) -> Rows:
    return np.array([row for row in rows if np.isin(dataset.packed.masks[row], labels).any()], np.int64)


def _with_landmarks(dataset: FaceDataset, rows: Rows) -> Rows:
    return np.array([row for row in rows if landmarks(dataset.packed.masks[row]) is not None], np.int64)


def _is_seen(part: Part, target: Mask, source: Mask) -> bool:
    return bool((with_part_of(part, target, source) == part.shown).any())


def _carried_by(dataset: FaceDataset, targets: Rows, sources: Rows, attribute: str) -> Part | None:
    """The part of a mask that carries an attribute; None where nothing does, or the true edit says what it looks like.

    Whether true edits are known is asked of the first pair.
    """
    if attribute not in PARTS or not len(targets) or not len(sources):
        return None
    truth = dataset.true_edit("attribute-transfer", int(targets[0]), int(sources[0]), attribute)
    return PARTS[attribute] if truth is None else None
