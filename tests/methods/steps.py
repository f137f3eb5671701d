"""Training steps of methods, as their tests take them."""

import torch
from torch import Tensor

from methods.base import FaceBatch, FaceEditor, Stage


def train(model: FaceEditor, faces: FaceBatch, steps: int, stage: Stage | None = None) -> list[dict[str, float]]:
    """The losses of the first steps of a stage, on the same faces; of the only one if not said."""
    if stage is None:
        (stage,) = model.stages()
    model.begin_stage(stage)
    optim = model.optimizers(stage)
    return [{name: value.item() for name, value in model.train_step(faces, optim).items()} for _ in range(steps)]


def check_autocast_step(model: FaceEditor, faces: FaceBatch) -> None:
    """Check that every stage's losses are finite and in float32 under autocast and channels-last."""
    model, faces = model.to(memory_format=torch.channels_last), faces.to("cpu", channels_last=True)
    for stage in model.stages():
        model.begin_stage(stage)
        with torch.autocast("cpu", torch.bfloat16):
            losses: dict[str, Tensor] = model.train_step(faces, model.optimizers(stage))
        assert losses
        assert all(value.dtype == torch.float32 and value.isfinite() for value in losses.values())
