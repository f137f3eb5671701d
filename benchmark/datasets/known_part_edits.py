"""What a dataset is that knows its faces with one part edited, since it draws them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from benchmark.datasets.base import TrueEdit


@runtime_checkable
class KnowsPartEdits(Protocol):
    """A dataset of faces that can be drawn anew with one part changed."""

    def can_edit_part(self, face: int, edit: str) -> bool:
        """Whether the face of a row can have an edit, such as "wider mouth"."""
        ...

    def part_edit(self, face: int, edit: str) -> TrueEdit:
        """The face of a row with an edit that it can have."""
        ...
