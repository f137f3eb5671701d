"""What the faces of a dataset do not have, in the words of protocols' needs."""

from __future__ import annotations

from benchmark.datasets.base import FaceDataset

SEEN = 64
"""Faces that are looked at: a dataset has label maps of all its faces or of none."""


def lacking(dataset: FaceDataset) -> frozenset[str]:
    """Those of `registry.cards.OF_FACES` that a dataset cannot give: masks that label nothing, attributes unknown."""
    has = {"mask": bool(dataset.packed.masks[:SEEN].any()), "attributes": bool(dataset.known_attributes)}
    return frozenset(word for word, given in has.items() if not given)
