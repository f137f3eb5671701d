"""Losses in float16: scaled for the backward pass, unscaled for every step, the same bits resumed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import Tensor, nn

from benchmark.runtime.device import Compute
from benchmark.runtime.interruption import Interrupted
from benchmark.runtime.processes import ALONE, Processes
from benchmark.training import stage_parts
from benchmark.training.batch_parts import BatchParts
from benchmark.training.checkpoints import read_checkpoint
from benchmark.training.hooks import TrainingDiverged
from benchmark.training.loss_scale import LossScale
from benchmark.training.progress_hook import LEAST_SCALE
from benchmark.training.stage_optimizers import StageOptimizers
from benchmark.training.training_step import take_step
from methods.layers.adam import adam
from tests.benchmark.training.tiny_methods import ALL_STAGES, tiny
from tests.benchmark.training.toy import CPU, ITERATIONS, Toy, train_toy
from tests.methods.faces import random_faces, random_tasks

HALF = Compute(torch.device("cpu"), "fp16", channels_last=False)
LARGE = 2.0**14
"""A scale that is a power of two, by which float32 numbers are multiplied without rounding."""


def stepped(method: str, stage_name: str, scale: LossScale | None, parts: int = 1) -> dict[str, Tensor]:
    """A method's tensors after two steps in float32."""
    model, stage = tiny(method, stage_name)
    faces = random_faces(4)
    faces.attributes[::2] = 1
    optimizers = StageOptimizers(model.optimizers(stage), scale=scale, parts=BatchParts(parts))
    for _ in range(2):
        take_step(model, faces, optimizers, CPU)
    return {key: value for key, value in model.state_dict().items() if value.is_floating_point()}


@pytest.mark.integration
@pytest.mark.parametrize(("method", "stage"), ALL_STAGES)
def test_steps_are_those_of_unscaled_losses(method: str, stage: str) -> None:
    """Penalties on slopes, clipped gradients, and networks that step twice among them."""
    expected = stepped(method, stage, None)
    found = stepped(method, stage, LossScale("cpu", init_scale=LARGE))
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        torch.testing.assert_close(found[key], value, msg=key)


@pytest.mark.integration
def test_parts_of_a_batch_are_scaled_alike() -> None:
    expected = stepped("maskgan", "editing_behavior", None, parts=2)
    found = stepped("maskgan", "editing_behavior", LossScale("cpu", init_scale=LARGE), parts=2)
    for key, value in expected.items():
        torch.testing.assert_close(found[key], value, msg=key)


def layer_with(
    scale: LossScale, make: Callable[[nn.Module], OptimWrapper], processes: Processes | None = None
) -> tuple[nn.Linear, StageOptimizers]:
    torch.manual_seed(0)
    layer = nn.Linear(3, 1, bias=False)
    given = OptimWrapperDict(layer=make(layer))
    return layer, StageOptimizers(given, scale=scale, **({} if processes is None else {"processes": processes}))


def plain(layer: nn.Module) -> OptimWrapper:
    return OptimWrapper(torch.optim.SGD(layer.parameters(), 1.0))


def test_a_step_without_finite_gradients_is_left_out_and_the_scale_falls_once_an_iteration() -> None:
    scale = LossScale("cpu", init_scale=8.0, growth_interval=2)
    layer, optimizers = layer_with(scale, plain)
    before = layer.weight.detach().clone()
    for loss in (layer.weight.sum() * float("inf"), layer.weight.sum()):  # the second one of the iteration is taken
        optimizers["layer"].update_params(loss)
    optimizers.finish()
    torch.testing.assert_close(layer.weight.detach(), before - 1)
    assert scale.get_scale() == 4.0
    for _ in range(2):
        optimizers["layer"].update_params(layer.weight.sum())
        optimizers.finish()
    assert scale.get_scale() == 8.0
    optimizers.finish()  # an iteration in which nothing steps
    assert scale.get_scale() == 8.0


def test_gradients_are_clipped_as_they_are_unscaled() -> None:
    clipped = partial(adam, rate=1.0, betas=(0.0, 0.0), clip_norm=1e-3)
    scale = LossScale("cpu", init_scale=LARGE)
    layer, optimizers = layer_with(scale, clipped)
    seen = []
    optimizers["layer"].optimizer.register_step_pre_hook(lambda *_: seen.append(layer.weight.grad.norm().item()))
    optimizers["layer"].update_params(layer.weight.sum())
    optimizers["layer"].update_params(1e-6 * layer.weight.sum())
    assert seen == pytest.approx([1e-3, 1e-6 * 3**0.5], rel=1e-3)


class Other(Processes):
    """This process beside one whose gradients are not finite."""

    def average(self, tensors: Any) -> None:
        for tensor in tensors:
            tensor += float("inf")


def test_a_process_leaves_a_step_out_where_another_must() -> None:
    scale = LossScale("cpu", init_scale=8.0)
    layer, optimizers = layer_with(scale, plain, Other(size=2))
    before = layer.weight.detach().clone()
    optimizers["layer"].update_params(layer.weight.sum())
    optimizers.finish()
    assert torch.equal(layer.weight, before)
    assert scale.get_scale() == 4.0


def test_an_optimiser_without_gradients_does_not_step() -> None:
    scale = LossScale("cpu")
    layer, optimizers = layer_with(scale, plain)
    before = layer.weight.detach().clone()
    optimizers["layer"].step()
    optimizers.finish()
    assert torch.equal(layer.weight, before)


def test_losses_are_scaled_in_float16_alone() -> None:
    toy = Toy()
    scales = [
        stage_parts.stage_optimizers(toy, toy.stages()[0], "toy", ALONE, replace(CPU, precision=precision)).scale
        for precision in ("fp32", "bf16", "fp16")
    ]
    assert scales[:2] == [None, None]
    assert isinstance(scales[2], LossScale)


@pytest.mark.integration
@pytest.mark.parametrize("stop_at", [5, ITERATIONS + 4])
def test_stopped_and_resumed_it_ends_in_the_same_bits(
    faces: Path, tmp_path: Path, stop_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # in float32, in which CPUs are fast; each of its scales rounds otherwise
    growing = partial(LossScale, "cpu", init_scale=1000.0, growth_factor=1.3, growth_interval=2)
    monkeypatch.setattr(stage_parts, "loss_scale", lambda _: growing())
    whole, stopped, resumed = Toy(), Toy(stop_at=stop_at), Toy()
    train_toy(whole, tmp_path / "whole", faces)
    with pytest.raises(Interrupted):
        train_toy(stopped, tmp_path / "stopped", faces)
    (unfinished,) = (tmp_path / "stopped" / "checkpoints").glob("*.unfinished.pth")
    assert read_checkpoint(unfinished)["loss_scale"]["scale"] == pytest.approx(1000 * 1.3**2)
    train_toy(resumed, tmp_path / "stopped", faces)
    assert same_weights(resumed, whole)
    monkeypatch.setattr(LossScale, "load_state_dict", lambda *_: None)
    (tmp_path / "stopped" / "checkpoints" / "second.pth").unlink()
    with pytest.raises(Interrupted):
        train_toy(Toy(stop_at=4), tmp_path / "stopped", faces)
    forgetful = Toy()
    train_toy(forgetful, tmp_path / "stopped", faces)
    assert not same_weights(forgetful, whole), "so that the scale's state is a part of it"


def same_weights(one: Toy, other: Toy) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(*pair) for pair in pairs)


@pytest.mark.slow
@pytest.mark.parametrize(("method", "stage"), ALL_STAGES)
def test_twenty_steps_in_float16_are_finite_near_those_in_float32_and_so_is_an_edit(method: str, stage: str) -> None:
    losses = {}
    for compute in (CPU, HALF):
        model, begun = tiny(method, stage, size=64)
        faces = random_faces(2)
        faces.attributes[0] = 1
        # from a scale at which no gradient overflows: as many steps are taken in both
        scale = LossScale("cpu", init_scale=2.0**10) if compute is HALF else None
        optimizers = StageOptimizers(model.optimizers(begun), scale=scale)
        for wrapper in optimizers.values():
            wrapper.optimizer.param_groups[0]["lr"] = 2e-5
        for _ in range(20):
            losses[compute.precision] = take_step(model, faces, optimizers, compute)
    for name, value in losses["fp32"].items():
        assert float(losses["fp16"][name]) == pytest.approx(float(value), rel=0.05, abs=0.02), name
    tasks = random_tasks(2)
    tasks.attributes[0] = 1
    with torch.inference_mode(), HALF.autocast():
        edited = model.eval().edit(tasks)
    assert edited.dtype == torch.float32
    assert edited.isfinite().all()


@pytest.mark.integration
def test_autocast_forgets_the_casts_of_weights_that_a_step_has_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    half = Compute(torch.device("cpu"), "bf16", channels_last=False)

    def trained() -> dict[str, Tensor]:
        model, stage = tiny("maskgan", "editing_behavior")  # whose networks are updated twice in a step
        torch.manual_seed(1)
        take_step(model, random_faces(4), StageOptimizers(model.optimizers(stage)), half)
        return model.state_dict()

    found = trained()
    monkeypatch.setattr(
        Compute, "autocast", lambda self: torch.autocast("cpu", dtype=torch.bfloat16, cache_enabled=False)
    )
    uncached = trained()
    assert all(torch.equal(found[name], value) for name, value in uncached.items())


@pytest.mark.integration
def test_losses_that_stay_no_numbers_end_a_training_and_one_that_overflows_does_not(
    faces: Path, tmp_path: Path
) -> None:
    with pytest.raises(TrainingDiverged, match=f"l1 is nan at iteration {ITERATIONS}"):  # reported thrice by then
        train_toy(Toy(diverge_at=1), tmp_path / "stays", faces, compute=HALF)
    train_toy(Toy(diverge_at=2 * ITERATIONS), tmp_path / "last", faces, compute=HALF)
    lines = [json.loads(line) for line in (tmp_path / "last" / "progress.jsonl").read_text().splitlines()]
    assert lines[-1]["losses"]["l1"] is None
    assert all(line["loss_scale"] > 0 for line in lines)


@pytest.mark.integration
def test_a_scale_that_falls_without_end_ends_a_training(
    faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_parts, "loss_scale", lambda compute: LossScale("cpu", init_scale=LEAST_SCALE / 2))
    with pytest.raises(TrainingDiverged, match=r"the loss scale fell to .* gradients overflow in float16"):
        train_toy(Toy(), tmp_path, faces, compute=HALF)
