"""What is known of a face whose region is to be filled."""

from __future__ import annotations

from methods.base import CannotEdit, EditBatch


def require_known_pixels(tasks: EditBatch) -> None:
    """Refuse tasks whose region leaves nothing that it could be filled from.

    Raises:
        CannotEdit: if the region of a task is the whole image.
    """
    if tasks.region.flatten(1).all(dim=1).any():
        raise CannotEdit("the region is the whole image, which leaves nothing to fill it from")
