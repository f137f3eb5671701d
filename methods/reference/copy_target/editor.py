"""No edit: the target as it is."""

from torch import Tensor

from methods.base import EditBatch, FaceEditor


class CopyTarget(FaceEditor):
    """Returns the face being edited.

    Args:
        size: side of the images in pixels; any will do.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def edit(self, tasks: EditBatch) -> Tensor:
        """(N, 3, H, W): the target images."""
        return tasks.target.image
