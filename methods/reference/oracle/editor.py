"""The true edited image, which rendered faces know: what a perfect method would score."""

from torch import Tensor

from methods.base import CannotEdit, EditBatch
from methods.reference.base import ReferenceEditor


class Oracle(ReferenceEditor):
    """Returns the true result."""

    def edit(self, tasks: EditBatch) -> Tensor:
        """(N, 3, H, W): the true results.

        Raises:
            CannotEdit: if the dataset does not know them.
        """
        if tasks.oracle is None:
            raise CannotEdit("the dataset does not know the true result of these edits")
        return tasks.oracle
