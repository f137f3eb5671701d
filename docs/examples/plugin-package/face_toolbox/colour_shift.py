"""A method that learns nothing: it moves the colours of a region towards those of the source."""

from torch import Tensor

from methods.base import EditBatch, FaceEditor


class ColourShift(FaceEditor):
    """Adds the difference of the mean colours of source and target.

    Args:
        size: side of the images in pixels.
        strength: share of the difference that is added.
    """

    def __init__(self, size: int, strength: float) -> None:
        super().__init__()
        self.strength = strength

    def edit(self, tasks: EditBatch) -> Tensor:
        """(N, 3, H, W) in [-1, 1]."""
        image, source = tasks.target.image, tasks.source.image
        difference = source.mean(dim=(2, 3), keepdim=True) - image.mean(dim=(2, 3), keepdim=True)
        shifted = (image + self.strength * difference).clamp(-1, 1)
        return shifted.where(tasks.region.unsqueeze(1), image)
