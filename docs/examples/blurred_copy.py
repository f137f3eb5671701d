"""A method that learns nothing: the target with the region of the edit blurred."""

from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

from methods.base import EditBatch, FaceEditor
from registry import METHODS

CARD = {
    "name": "blurred-copy",
    "title": "Blurred copy",
    "summary": "The target, blurred where the edit may change it.",
    "kind": "reference",
    "licence": "Apache-2.0",
    "takes": ["image"],
    "options": {"sigma": 2.0},
}


@METHODS.register(card=CARD)
class BlurredCopy(FaceEditor):
    """Blurs.

    Args:
        size: side of the images in pixels; the harness gives it to every method.
        sigma: standard deviation of the blur in pixels.
    """

    def __init__(self, size: int, sigma: float = 2.0) -> None:
        super().__init__()
        self.sigma = sigma

    def edit(self, tasks: EditBatch) -> Tensor:
        """(N, 3, H, W) in [-1, 1]."""
        image = tasks.target.image
        blurred = gaussian_blur(image, kernel_size=9, sigma=self.sigma)
        return blurred.where(tasks.region.unsqueeze(1), image)
