"""The true edited image, which rendered faces know: what a perfect method would score."""

from torch import Tensor

from methods.base import CannotEdit, EditBatch, FaceEditor


class Oracle(FaceEditor):
    """Returns the true result.

    Args:
        size: side of the images in pixels; any will do.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def edit(self, tasks: EditBatch) -> Tensor:
        """(N, 3, H, W): the true results.

        Raises:
            CannotEdit: if the dataset does not know them.
        """
        if tasks.oracle is None:
            raise CannotEdit("the true result of these edits is not known: only rendered faces have an oracle")
        return tasks.oracle
