"""A hole in the mean colour of what is known: how far the rest's colour alone goes."""

from torch import Tensor

from methods.base import EditBatch
from methods.reference.base import ReferenceEditor
from methods.shared.known_pixels import require_known_pixels


class MeanFill(ReferenceEditor):
    """Paints the region in the mean colour of the target outside of it."""

    def edit(self, tasks: EditBatch) -> Tensor:
        """(N, 3, H, W) in [-1, 1].

        Raises:
            CannotEdit: if the region of a task is the whole image.
        """
        require_known_pixels(tasks)
        image, hidden = tasks.target.image, tasks.region.unsqueeze(1)
        known = (~hidden).to(image.dtype)
        mean = (image * known).sum((2, 3), keepdim=True) / known.sum((2, 3), keepdim=True)
        return mean.where(hidden, image)
