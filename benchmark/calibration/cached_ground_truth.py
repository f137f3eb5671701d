"""A dataset that caches its true edits, which every strength of every degradation needs again."""

from __future__ import annotations

from functools import cache
from typing import Literal

from benchmark.datasets.base import FaceDataset, TrueEdit
from benchmark.datasets.known_part_edits import KnowsPartEdits


class CachedGroundTruth(FaceDataset):
    """The faces of another dataset, with every true edit made only once.

    Args:
        dataset: whose true edits are known.
    """

    def __init__(self, dataset: FaceDataset) -> None:
        self.name = dataset.name
        self.packed = dataset.packed
        self.known_attributes = dataset.known_attributes
        self.skipped = dataset.skipped
        self.resize_policy = dataset.resize_policy
        self.lacks = dataset.lacks
        self._true_edit = cache(dataset.true_edit)
        if isinstance(dataset, KnowsPartEdits):
            self.can_edit_part, self.part_edit = cache(dataset.can_edit_part), cache(dataset.part_edit)

    def true_edit(
        self, edit: Literal["attribute-transfer", "style-copy"], target: int, source: int, attribute: str | None = None
    ) -> TrueEdit | None:
        """As the other dataset's."""
        return self._true_edit(edit, target, source, attribute)
