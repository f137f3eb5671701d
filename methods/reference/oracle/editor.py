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
            raise CannotEdit("the true result of these edits is not known: only rendered faces have an oracle")
        return tasks.oracle
