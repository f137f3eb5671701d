"""Training steps and edits of methods, as their tests take them."""

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from benchmark.training.loss_scale import LossScale
from benchmark.training.stage_optimizers import StageOptimizers
from methods.base import FaceBatch, FaceEditor, Stage
from tests.methods.faces import random_tasks


def train(model: FaceEditor, faces: FaceBatch, steps: int, stage: Stage | None = None) -> list[dict[str, float]]:
    """The losses of the first steps of a stage, on the same faces; of the only one if not said."""
    if stage is None:
        (stage,) = model.stages()
    model.begin_stage(stage)
    optim = model.optimizers(stage)
    return [{name: value.item() for name, value in model.train_step(faces, optim).items()} for _ in range(steps)]


def check_autocast_step(model: FaceEditor, faces: FaceBatch) -> None:
    """Check that every stage's losses are finite and in float32 under autocast and channels-last, scaled in float16."""
    model, faces = model.to(memory_format=torch.channels_last), faces.to("cpu", channels_last=True)
    for stage in model.stages():
        model.begin_stage(stage)
        for half, scale in ((torch.bfloat16, None), (torch.float16, LossScale("cpu"))):
            optimizers = StageOptimizers(model.optimizers(stage), scale=scale)
            with torch.autocast("cpu", half):
                losses: dict[str, Tensor] = model.train_step(faces, optimizers)
            optimizers.finish()
            assert losses
            assert all(value.dtype == torch.float32 and value.isfinite() for value in losses.values())
        assert all(value.isfinite().all() for value in model.parameters())


def check_edits_of_the_mask_alone(model: FaceEditor, restored: FaceEditor, folder: Path) -> None:
    """Check that edits depend on nothing but the requested mask, are in range, and are those of the saved weights.

    Args:
        model: as it was trained, for 32 pixels.
        restored: another of the same options, which takes the weights.
        folder: where they are saved.
    """
    torch.save(model.state_dict(), folder / "model.pth")
    restored.load_state_dict(torch.load(folder / "model.pth", weights_only=True))
    model.eval()
    restored.eval()
    tasks = random_tasks(2, 32)
    repainted = replace(tasks, target=replace(tasks.target, image=-tasks.target.image))
    with torch.inference_mode():
        edited = model.edit(tasks)
        assert torch.equal(restored.edit(tasks), edited)
        assert torch.equal(model.edit(repainted), edited)
        assert not torch.equal(model.edit(replace(tasks, mask=tasks.target.mask)), edited)
    assert edited.shape == (2, 3, 32, 32)
    assert edited.abs().max() <= 1
