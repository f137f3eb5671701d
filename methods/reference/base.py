"""What the reference methods share: editors that learn nothing and work at any size."""

from methods.base import CannotEdit, EditBatch, FaceEditor


class ReferenceEditor(FaceEditor):
    """A trivial editor.

    Args:
        size: side of the images in pixels; any will do.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size


def require_known_pixels(tasks: EditBatch) -> None:
    """Refuse tasks whose region leaves nothing that it could be filled from.

    Raises:
        CannotEdit: if the region of a task is the whole image.
    """
    if tasks.region.flatten(1).all(dim=1).any():
        raise CannotEdit("the region is the whole image, which leaves nothing to fill it from")
