"""Compares training steps with transcriptions of the published ones: the same losses and gradients, then the times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import Tensor, nn
from torch.nn.utils.spectral_norm import SpectralNorm

from benchmark.runtime.device import Compute, choose_compute
from benchmark.training.train import move_to_device
from benchmarks.timing import compare, random_faces
from methods.base import FaceBatch, Trainable

SIZE, BATCH = 64, 8
TOLERANCE = 1e-3
"""Largest relative difference of losses and gradients that rounding explains: float32, in another order of sums."""


@dataclass(frozen=True)
class Case:
    """A method's step and the published one.

    Attributes:
        name: of the method, and of what a step is if that is not plain.
        build: makes the method's model, for images of `SIZE` pixels.
        published: takes the published step on a model in train mode, given faces and the model's optimisers.
        batch: faces of a step.
        stage: whose step it is; None is the last.
        steps: of ours that make one of the published, such as a turn of each network.
        as_published: makes a model's layers compute as published.
        draws_apart: whether the published step draws noise as often as it generates, and ours once: they are then
            compared without noise.
    """

    name: str
    build: Callable[[], Trainable]
    published: Callable[[Any, FaceBatch, OptimWrapperDict], None]
    batch: int = BATCH
    stage: str | None = None
    steps: int = 1
    as_published: Callable[[nn.Module], None] | None = None
    draws_apart: bool = False


class NotingOptimizer(OptimWrapper):
    """An optimiser that notes the losses it goes down."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        super().__init__(optimizer)
        self.losses: list[Tensor] = []

    def backward(self, loss: Tensor, **kwargs: Any) -> None:
        """Note the loss, and go backward."""
        self.losses.append(loss.detach())
        super().backward(loss, **kwargs)


def update(optim: OptimWrapperDict, loss: Tensor, *names: str, clip_norm: float | None = None) -> None:
    """Steps of the optimisers named down a loss, whose gradients gather wherever they reach; norms may be bounded."""
    optim.zero_grad()
    optim[names[0]].backward(loss)
    for name in names:
        if clip_norm is not None:
            weights = [each for group in optim[name].param_groups for each in group["params"]]
            nn.utils.clip_grad_norm_(weights, clip_norm)
        optim[name].step()


def compare_all(cases: Sequence[Case]) -> None:
    """Check that steps compute the same, and print their times, on one thread.

    Where this processor multiplies bfloat16, our step is also timed as a training here takes it, in bfloat16 and
    channels-last, against the published one as it is run, in float32 and contiguous.

    Raises:
        SystemExit: naming the case whose losses or gradients differ.
    """
    torch.set_num_threads(1)
    here = choose_compute("cpu")
    for case in cases:
        require_same_losses(case)
        torch.manual_seed(0)
        faces = random_faces(case.batch, SIZE)
        compare(case.name, _ours(case, faces)[0], _published(case, faces)[0])
        if here.precision != "fp32":
            compare(f"{case.name} ({here.described})", ours_as_trained(case, faces, here), _published(case, faces)[0])


def ours_as_trained(case: Case, faces: FaceBatch, compute: Compute) -> Callable[[], None]:
    """Our step as a training takes it on a device, at a precision and in a layout."""
    with compute.device:
        step, model, _ = _ours(case, faces.to(compute.device, channels_last=compute.channels_last))
    move_to_device(model, compute)

    def as_trained() -> None:
        with compute.autocast():
            step()

    return as_trained


def published_as_run(case: Case, faces: FaceBatch, compute: Compute) -> Callable[[], None]:
    """The published step as its users run it on a device: in float32, contiguous."""
    with compute.device:
        step, model, _ = _published(case, faces.to(compute.device))
    model.to(compute.device)

    def as_run() -> None:
        with compute.device:  # where the transcription draws
            step()

    return as_run


def require_same_losses(case: Case) -> None:
    """Refuse a transcription that does not compute what our step does.

    Both begin with the same weights and draw the same chance. Their rates are 0, as the order of updates may differ,
    and spectral norms keep their estimates, which move with every pass.

    Raises:
        SystemExit: naming the case, the optimiser, and what differs.
    """
    torch.manual_seed(0)
    faces = random_faces(case.batch, SIZE)
    noted = []
    for side in (_ours, _published):
        step, model, optim = side(case, faces)
        for optimizer in optim.values():
            for group in optimizer.param_groups:
                group["lr"] = 0.0
        _hold_spectral_norms(model)
        torch.manual_seed(1)
        with _without_noise() if case.draws_apart else nullcontext():
            step()
        noted.append({name: (optimizer.losses, _mean_gradients(optimizer)) for name, optimizer in optim.items()})
    ours, published = noted
    for name, (losses, gradients) in ours.items():
        their_losses, their_gradients = published[name]
        if len(losses) != len(their_losses):
            raise SystemExit(f"{case.name}: {name} goes down {len(losses)} losses, as published {len(their_losses)}")
        _require_close(f"{case.name}: gradients of {name}", gradients, their_gradients)
        for number, (loss, theirs) in enumerate(zip(losses, their_losses, strict=True), 1):
            _require_close(f"{case.name}: loss {number} of {name}", loss, theirs)


def _require_close(what: str, ours: Tensor, published: Tensor) -> None:
    apart, size = float((ours - published).norm()), float(published.norm())
    if not apart <= TOLERANCE * size:
        raise SystemExit(f"{what}: {apart:.2g} from the published, which is {size:.2g} large")


def _ours(case: Case, faces: FaceBatch) -> tuple[Callable[[], None], nn.Module, OptimWrapperDict]:
    model, optim = _prepared(case)

    def step() -> None:
        for _ in range(case.steps):
            model.train_step(faces, optim)

    return step, model, optim


def _published(case: Case, faces: FaceBatch) -> tuple[Callable[[], None], nn.Module, OptimWrapperDict]:
    model, optim = _prepared(case)
    if case.as_published is not None:
        case.as_published(model)
    return partial(case.published, model, faces, optim), model, optim


def _prepared(case: Case) -> tuple[Trainable, OptimWrapperDict]:
    """A new model at the beginning of the stage, and its optimisers."""
    torch.manual_seed(0)
    model = case.build().train()
    stages = {stage.name: stage for stage in model.stages()}
    stage = stages[case.stage or list(stages)[-1]]
    model.begin_stage(stage)
    optim = model.optimizers(stage)
    noting = {name: NotingOptimizer(optimizer.optimizer) for name, optimizer in optim.items()}
    return model, OptimWrapperDict(**noting)


def _mean_gradients(optimizer: NotingOptimizer) -> Tensor:
    """Adam's mean gradients, one after the other; 0 where there were none."""
    state = optimizer.optimizer.state
    return torch.cat(
        [
            state[weights]["exp_avg"].flatten() if weights in state else torch.zeros(weights.numel())
            for group in optimizer.param_groups
            for weights in group["params"]
        ]
    )


def _hold_spectral_norms(model: nn.Module) -> None:
    for module in model.modules():
        if any(isinstance(hook, SpectralNorm) for hook in module._forward_pre_hooks.values()):
            module.eval()


@contextmanager
def _without_noise() -> Iterator[None]:
    with patch("torch.randn_like", torch.zeros_like):
        yield
