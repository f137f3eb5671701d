"""The face that lends the attribute or the geometry, as it is."""

from torch import Tensor

from methods.base import EditBatch
from methods.reference.base import ReferenceEditor


class CopySource(ReferenceEditor):
    """Returns the source face: it has what is requested, on the wrong person."""

    def edit(self, tasks: EditBatch) -> Tensor:
        """(N, 3, H, W): the source images."""
        return tasks.source.image
