"""What a step does and holds: counted without running it, and the same as where it runs."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import Tensor, nn

from benchmark.training.step_work import WorkCounter, works, works_of_small_batches
from methods.base import FaceBatch, Stage, Trainable
from methods.labels import ATTRIBUTES
from tests.benchmark.training.toy import CPU, Toy

SIZE = 32
CONVOLUTION = 2 * 9 * 3 * 8 * SIZE * SIZE
"""Operations of one of the toy's, an image."""
NETWORK = 4 * (2 * 9 * 3 * 8 + 8 + 3)
"""Bytes of its parameters."""
IMAGES = 4 * 8 * 3 * SIZE * SIZE
"""Bytes of a batch of 8."""


class Linear(Trainable):
    """One large layer, so that what it holds is easily told; a critic's turns of 1 step in 3 are twice the work."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(SIZE, 10_000, bias=False)
        self.frozen = nn.Linear(2, 2)
        self.steps = 0

    def forward(self, rows: Tensor) -> Tensor:
        return self.layer(rows)

    def stages(self) -> Sequence[Stage]:
        return [Stage("only", 9, 2)]

    def optimizers(self, stage: Stage) -> OptimWrapperDict:
        return OptimWrapperDict(layer=OptimWrapper(torch.optim.Adam(self.layer.parameters(), 1e-3)))

    def train_step(self, faces: FaceBatch, optim: OptimWrapperDict) -> dict[str, Tensor]:
        rows = faces.image[:, 0, 0].requires_grad_()
        loss = self(rows).square().mean()
        if self.steps % 3 == 0:
            (slope,) = torch.autograd.grad(self(rows).square().mean(), rows, create_graph=True)
            loss = loss + slope.square().mean()
        self.steps += 1
        optim["layer"].update_params(loss)
        return {"loss": loss.detach()}


def test_nothing_runs_and_the_operations_are_those_that_would() -> None:
    toy = Toy()
    found = works(toy, SIZE, CPU, ATTRIBUTES)
    assert set(found) == {"first", "second"}, "not the stage of no iteration"
    # forward once, backward to the weights of both convolutions, and to the input of the second alone
    assert {name: work.flops for name, work in found.items()} == dict.fromkeys(found, (8 * 5 * CONVOLUTION,))


def test_an_average_is_among_what_is_held_and_what_a_checkpoint_keeps() -> None:
    first, second = works(Toy(), SIZE, CPU, ATTRIBUTES).values()
    adam = 2 * NETWORK
    assert adam <= first.optimizer_bytes < adam + 100
    assert adam + NETWORK <= second.optimizer_bytes < adam + NETWORK + 100
    assert first.trained == {"network"}


def test_the_peak_is_of_networks_gradients_optimiser_and_activations() -> None:
    (work,) = works(Linear(), SIZE, CPU, ATTRIBUTES).values()
    layer = 4 * SIZE * 10_000
    held = 4 * layer  # itself, its gradient, and Adam's two moments
    assert held <= work.fixed_bytes < held + 1000
    activations = 4 * 2 * 10_000
    assert held + activations < work.peak_bytes < held + 2 * layer + 20 * activations


def test_steps_that_take_turns_are_told_apart_and_gradients_of_gradients_counted() -> None:
    (work,) = works(Linear(), SIZE, CPU, ATTRIBUTES).values()
    more, fewer, same = work.flops
    assert more > fewer == same
    assert work.mean_flops == (more + 2 * fewer) / 3
    assert [work.flops_of(step) for step in range(4)] == [more, fewer, same, more]


def test_run_on_small_batches_it_comes_to_the_same() -> None:
    imagined = works(Toy(), SIZE, CPU, ATTRIBUTES)["first"]
    ran = works_of_small_batches(Toy(), SIZE, CPU, ATTRIBUTES)["first"]
    assert ran.flops == imagined.flops
    assert ran.peak_bytes == pytest.approx(imagined.peak_bytes, rel=0.15)


def test_bytes_are_given_back_when_tensors_are_no_more() -> None:
    counter = WorkCounter()
    with counter:
        for _ in range(3):
            torch.zeros(1000)
        torch.zeros(100)
    assert counter.peak_bytes == 4000


def test_half_a_batch_holds_half_of_what_depends_on_it() -> None:
    work = works(Toy(), SIZE, CPU, ATTRIBUTES)["first"]
    assert work.peak_at(1) == work.peak_bytes
    assert work.peak_at(0) == work.fixed_bytes
    assert work.peak_bytes - work.fixed_bytes > IMAGES
