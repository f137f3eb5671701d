"""No edit: the target as it is."""

from torch import Tensor

from methods.base import EditBatch
from methods.reference.base import ReferenceEditor


class CopyTarget(ReferenceEditor):
    """Returns the face being edited."""

    def edit(self, tasks: EditBatch) -> Tensor:
        """(N, 3, H, W): the target images."""
        return tasks.target.image
