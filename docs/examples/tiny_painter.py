"""A method that learns: two convolutions paint the requested mask in the target's mean colour."""

from collections.abc import Sequence

import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import Tensor, nn
from torch.nn import functional

from methods.base import EditBatch, FaceBatch, FaceEditor, Stage, one_hot
from methods.labels import NUM_LABELS
from registry import METHODS

CARD = {
    "name": "tiny-painter",
    "title": "Tiny painter",
    "summary": "Two convolutions on the requested mask and the target's mean colour.",
    "kind": "learned",
    "licence": "Apache-2.0",
    "takes": ["image", "mask"],
    "options": {"width": 16, "iterations": 500, "batch_size": 8, "lr": 0.002},
    "variants": {"narrow": {"width": 4}},
    "presets": {"paper": {"width": 64, "iterations": 50000}},
}


@METHODS.register(card=CARD)
class TinyPainter(FaceEditor):
    """A small network with one training stage.

    Args:
        size: side of the images in pixels.
        width: channels of the hidden layer.
        iterations: of training.
        batch_size: faces in each iteration.
        lr: learning rate.
    """

    def __init__(self, size: int, width: int, iterations: int, batch_size: int, lr: float) -> None:
        super().__init__()
        self.iterations, self.batch_size, self.lr = iterations, batch_size, lr
        self.network = nn.Sequential(
            nn.Conv2d(NUM_LABELS + 3, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, 3, 3, padding=1), nn.Tanh()
        )

    def stages(self) -> Sequence[Stage]:
        """One stage; a method may have several, each with its own optimisers."""
        return [Stage("paint", self.iterations, self.batch_size, ema=("network",))]

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        """Adam."""
        return OptimWrapperDict(network=OptimWrapper(torch.optim.Adam(self.network.parameters(), lr=self.lr)))

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        """Give faces back from their own masks and colours."""
        loss = functional.l1_loss(self._paint(faces.mask, faces.image), faces.image)
        optim["network"].update_params(loss)
        return {"l1": loss.detach()}

    def edit(self, tasks: EditBatch) -> Tensor:
        """The requested mask in the target's colours: (N, 3, H, W) in [-1, 1]."""
        return self._paint(tasks.mask, tasks.target.image).float()

    def _paint(self, mask: Tensor, image: Tensor) -> Tensor:
        colour = image.mean(dim=(2, 3), keepdim=True).expand_as(image)
        return self.network(torch.cat([one_hot(mask), colour], dim=1))
