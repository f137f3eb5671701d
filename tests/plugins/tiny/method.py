"""A method that a user might plug in: one file, with its card beside it."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import Tensor, nn

from methods.base import EditBatch, FaceBatch, FaceEditor, Stage, one_hot
from registry import METHODS


@METHODS.register(card=Path(__file__).with_name("method.yaml"))
class Tiny(FaceEditor):
    """Two convolutions on a mask and an image."""

    def __init__(self, size: int, width: int, iterations: int, step_seconds: float) -> None:
        super().__init__()
        self.iterations, self.step_seconds = iterations, step_seconds
        self.network = nn.Sequential(nn.Conv2d(22, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, 3, 3, padding=1))

    def stages(self) -> Sequence[Stage]:
        decay = {"type": "LinearLR", "start_factor": 1.0, "end_factor": 0.1, "end": self.iterations}
        return [Stage("paint", self.iterations, 4, ema=("network",), ema_decay=0.9, schedulers={"network": [decay]})]

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        return OptimWrapperDict(network=OptimWrapper(torch.optim.Adam(self.network.parameters(), 1e-2)))

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        time.sleep(self.step_seconds)
        noise = torch.randn_like(faces.image)
        loss = (self._paint(faces.mask, faces.image + 0.1 * noise) - faces.image).abs().mean()
        optim["network"].update_params(loss)
        return {"l1": loss.detach()}

    def edit(self, tasks: EditBatch) -> Tensor:
        time.sleep(self.step_seconds)
        return self._paint(tasks.mask, tasks.target.image).clamp(-1, 1).float()

    def published_networks(self) -> Mapping[str, nn.Module]:
        return {"network": self.network}

    def _paint(self, mask: Tensor, image: Tensor) -> Tensor:
        return self.network(torch.cat([one_hot(mask), image], dim=1))
