"""The face that lends the attribute or the geometry, as it is."""

from torch import Tensor

from methods.base import EditBatch, FaceEditor


class CopySource(FaceEditor):
    """Returns the source face: it has what is asked for, on the wrong person.

    Args:
        size: side of the images in pixels; any will do.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def edit(self, tasks: EditBatch) -> Tensor:
        """(N, 3, H, W): the source images."""
        return tasks.source.image
