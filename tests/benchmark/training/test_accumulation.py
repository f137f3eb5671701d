"""Batches stepped through in parts: gradients and losses of whole batches, less memory, and the same bits resumed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import Tensor, nn

from benchmark.runtime.interruption import Interrupted
from benchmark.runtime.processes import ALONE, Processes
from benchmark.training.batch_parts import BatchParts, mean_of_parts, require_parts
from benchmark.training.stage_optimizers import StageOptimizers
from benchmark.training.step_cost import step_costs
from benchmark.training.step_work import WorkCounter, works
from benchmark.training.training_step import take_step
from methods.base import FaceBatch, Stage
from methods.labels import ATTRIBUTES
from registry.errors import InputError, PluginError
from tests.benchmark.training.tiny_methods import STAGES, tiny
from tests.benchmark.training.toy import CPU, ITERATIONS, Toy, sixteen_faces, train_toy
from tests.methods.faces import random_faces

FACES, PARTS = 4, 2
LENGTH = FACES // PARTS
BATCH_NORMS = {("maskgan", "mask_vae"), ("spade", "painting"), ("sean", "painting")}
"""Stages with norms over a batch: compared on parts that are alike, in which such norms are those of the batch."""


def batch(method: str, stage: str) -> FaceBatch:
    """Four faces, each with an attribute of its own."""
    faces = random_faces(LENGTH if (method, stage) in BATCH_NORMS else FACES)
    if len(faces) < FACES:
        faces = replace(
            faces,
            image=faces.image.repeat(PARTS, 1, 1, 1),
            mask=faces.mask.repeat(PARTS, 1, 1),
            attributes=faces.attributes.repeat(PARTS, 1),
            ids=faces.ids * PARTS,
        )
    faces.attributes[range(FACES), torch.arange(FACES) * 7] = 1
    return faces


@contextmanager
def draws_alike() -> Iterator[None]:
    """Within the block, draws for a batch are those for one of its parts, repeated."""
    randn, rand = torch.randn, torch.rand

    def repeated(of: Any, count: int, *shape: int, **kwargs: Any) -> Tensor:
        generator = torch.Generator().manual_seed(sum(shape))
        rows: Tensor = of(LENGTH, *shape, generator=generator, **kwargs)
        return rows.repeat(count // LENGTH, *[1] * len(shape))

    def neighbours(count: int, device: torch.device) -> Tensor:
        positions = torch.arange(count, device=device)
        return positions // LENGTH * LENGTH + (positions + 1) % LENGTH

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "randn", lambda *shape, **kwargs: repeated(randn, *shape, **kwargs))
        patch.setattr(torch, "rand", lambda *shape, **kwargs: repeated(rand, *shape, **kwargs))
        patch.setattr(torch, "randn_like", lambda like: repeated(randn, *like.shape, dtype=like.dtype))
        patch.setattr(torch, "randperm", neighbours)
        patch.setattr("methods.maskgan.model.other_faces", neighbours)
        yield


@contextmanager
def gradients_of_steps(optimizers: OptimWrapperDict) -> Iterator[dict[tuple[str, int], list[Tensor]]]:
    """The gradients by which each optimiser steps, by its name and the number of its step."""
    found: dict[tuple[str, int], list[Tensor]] = {}
    hooks = []
    for name, wrapper in optimizers.items():

        def note(optimizer: torch.optim.Optimizer, *_: Any, name: str = name) -> None:
            number = sum(other == name for other, _ in found)
            parameters = [each for group in optimizer.param_groups for each in group["params"]]
            found[name, number] = [torch.zeros(1) if each.grad is None else each.grad.clone() for each in parameters]

        hooks.append(wrapper.optimizer.register_step_pre_hook(note))
    yield found
    for hook in hooks:
        hook.remove()


def one_step(
    method: str, stage_name: str, count: int, rate: float | None
) -> tuple[dict[tuple[str, int], list[Tensor]], dict[str, float], nn.Module]:
    """Gradients and losses of the first step in so many parts, at the method's rates or another, and the model."""
    model, stage = tiny(method, stage_name)
    optimizers = StageOptimizers(model.optimizers(stage), parts=BatchParts(count))
    if rate is not None:
        for wrapper in optimizers.values():
            wrapper.optimizer.param_groups[0]["lr"] = rate
    faces = batch(method, stage_name)
    with gradients_of_steps(optimizers) as found, draws_alike():
        losses = take_step(model, faces, optimizers, CPU)
    return found, {name: float(value) for name, value in losses.items()}, model


def near_zero(method: str) -> float:
    """Up to rounding; of spectral norms, up to what a power iteration still moves."""
    return 2e-3 if method in ("spade", "sean") else 1e-4


def distance(found: list[Tensor], expected: list[Tensor]) -> float:
    """How far gradients are apart, as a share of their length."""
    length = torch.cat([each.flatten() for each in expected]).norm()
    apart = torch.cat([(one - other).flatten() for one, other in zip(found, expected, strict=True)]).norm()
    return float(apart / length)


@pytest.mark.integration
@pytest.mark.parametrize(("method", "stage"), STAGES)
def test_where_no_weight_moves_every_step_has_the_gradients_and_losses_of_the_whole_batch(
    method: str, stage: str
) -> None:
    expected, losses, _ = one_step(method, stage, 1, rate=0.0)
    found, in_parts, _ = one_step(method, stage, PARTS, rate=0.0)
    assert found.keys() == expected.keys(), "as many steps of each network"
    assert len(expected) == {"mask_vae": 1, "editing_behavior": 5}.get(stage, len({name for name, _ in expected}))
    for step in expected:
        assert distance(found[step], expected[step]) < near_zero(method), step
    assert in_parts == pytest.approx(losses, rel=1e-4, abs=1e-6)


@pytest.mark.integration
@pytest.mark.parametrize(("method", "stage"), STAGES)
def test_at_the_methods_rates_the_first_network_to_step_has_the_gradients_of_the_whole_batch(
    method: str, stage: str
) -> None:
    expected, _, _ = one_step(method, stage, 1, rate=None)
    found, _, _ = one_step(method, stage, PARTS, rate=None)
    first = next(iter(expected))
    assert first == next(iter(found))
    assert distance(found[first], expected[first]) < near_zero(method)
    later = [distance(found[step], expected[step]) for step in expected if step != first]
    # the generator meets the discriminator as it was at the first part, and the one that has just learnt at the last;
    # pix2pixHD's images are judged once for both updates, by the one before them
    simultaneous = method == "pix2pixhd"
    assert all(each < 1e-4 if simultaneous else each > 4e-3 for each in later)


@pytest.mark.integration
def test_running_means_of_sean_follow_every_part() -> None:
    model = one_step("sean", "painting", PARTS, rate=None)[2]
    assert float(model.mean_codes.num_batches.max()) == PARTS


@pytest.mark.integration
def test_an_iteration_of_parts_counts_once_and_critics_keep_their_turns() -> None:
    model, stage = tiny("stargan", "translation")
    optimizers = StageOptimizers(model.optimizers(stage), parts=BatchParts(2))
    faces = random_faces(4)
    faces.attributes[::2] = 1
    moved = []
    for number in range(6):
        before = [each.detach().clone() for each in model.generator.parameters()]
        losses = take_step(model, faces, optimizers, CPU)
        after = list(model.generator.parameters())
        moved.append(any(not torch.equal(one, other) for one, other in zip(before, after, strict=True)))
        assert model.iteration == number + 1
        assert {"adversarial", "classification_fake"} <= losses.keys()
    assert moved == [True, False, False, False, False, True]


def near(method: str, stage_name: str, count: int) -> list[dict[str, float]]:
    """Losses of 20 steps in so many parts, at rates at which rounding does not grow."""
    model, stage = tiny(method, stage_name)
    optimizers = StageOptimizers(model.optimizers(stage), parts=BatchParts(count))
    for wrapper in optimizers.values():
        wrapper.optimizer.param_groups[0]["lr"] = 2e-5
    faces = batch(method, stage_name)
    with draws_alike():
        return [
            {name: float(value) for name, value in take_step(model, faces, optimizers, CPU).items()} for _ in range(20)
        ]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "stage"), STAGES)
def test_the_losses_of_twenty_steps_are_near_those_of_whole_batches(method: str, stage: str) -> None:
    expected, found = near(method, stage, 1), near(method, stage, PARTS)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=1e-2, abs=1e-3)


def peak(count: int) -> int:
    """Bytes of tensors at once in the second step of SPADE on eight faces in so many parts, its networks among them."""
    model, stage = tiny("spade", "painting")
    optimizers = StageOptimizers(model.optimizers(stage), parts=BatchParts(count))
    faces, counter = random_faces(8), WorkCounter()
    take_step(model, faces, optimizers, CPU)
    states = [state for wrapper in optimizers.values() for state in wrapper.optimizer.state.values()]
    counter.hold(each for state in states for each in state.values() if isinstance(each, Tensor))
    counter.hold((*model.parameters(), *model.buffers(), faces.image, faces.mask, faces.attributes))
    with counter:
        take_step(model, faces, optimizers, CPU)
    return counter.peak_bytes


@pytest.mark.integration
def test_memory_is_that_of_a_part_as_a_plan_reckons() -> None:
    in_parts = peak(4)
    assert in_parts < 0.4 * peak(1)
    model, stage = tiny("spade", "painting")
    planned = works(model, 64, CPU, ATTRIBUTES)[stage.name].grown(8 / stage.batch_size).in_parts(4)
    assert in_parts == pytest.approx(planned.peak_bytes, rel=0.1)


def test_parts_of_balanced_batches_are_balanced_and_keep_their_order_and_layout() -> None:
    faces = random_faces(8, 32).to("cpu", channels_last=True)
    faces.attributes[:4, 3] = 1
    plain = list(BatchParts(2).of(faces))
    assert [part.ids for part in plain] == [tuple("0123"), tuple("4567")]
    balanced = list(BatchParts(2, sides=2).of(faces))
    assert [part.ids for part in balanced] == [tuple("0145"), tuple("2367")]
    for part in (*plain, *balanced):
        rows = [int(name) for name in part.ids]
        assert torch.equal(part.image, faces.image[rows])
        assert torch.equal(part.mask, faces.mask[rows])
        assert torch.equal(part.attributes, faces.attributes[rows])
        assert torch.equal(part.attributes_on_host, faces.attributes[rows])
        assert part.image.is_contiguous(memory_format=torch.channels_last)
    assert all(part.attributes[:, 3].sum() == 2 for part in balanced)


@pytest.mark.parametrize("sides", [1, 2])
def test_the_parts_of_processes_are_together_those_of_one(sides: int) -> None:
    faces = random_faces(8, 32)
    alone = [part.ids for part in BatchParts(2, sides).of(faces)]
    shares = [
        replace(
            faces,
            image=faces.image[rank::2],
            mask=faces.mask[rank::2],
            attributes=faces.attributes[rank::2],
            ids=faces.ids[rank::2],
            loaded_attributes=None,
        )
        for rank in range(2)
    ]
    split = [[part.ids for part in BatchParts(2, sides).of(share)] for share in shares]
    assert [
        tuple(name for pair in zip(*parts, strict=True) for name in pair) for parts in zip(*split, strict=True)
    ] == alone


def test_losses_are_means_over_parts() -> None:
    shown = mean_of_parts(
        [{"l1": torch.tensor(1.0, requires_grad=True), "rate": 2.0}, {"l1": torch.tensor(2.0), "rate": 4}]
    )
    assert float(shown["l1"]) == 1.5
    assert shown["rate"] == 3.0
    assert not torch.as_tensor(shown["l1"]).requires_grad


class Sharing(Toy):
    """The toy, which takes its batches for shared ones."""

    shares_batches = True


@pytest.mark.integration
def test_schedules_averages_and_the_log_count_iterations_as_before(faces: Path, tmp_path: Path) -> None:
    whole, parts = Sharing(), Sharing()
    train_toy(whole, tmp_path / "whole", faces)
    train_toy(parts, tmp_path / "parts", faces, accumulate=4)
    assert parts.steps == 4 * whole.steps == 8 * ITERATIONS
    assert parts.rates[::4] == whole.rates
    assert parts.rates[3::4] == whole.rates
    assert (
        sum(
            not torch.equal(*pair)
            for pair in zip((each[0] for each in parts.history[1:]), (each[0] for each in parts.history), strict=False)
        )
        == ITERATIONS
    )
    logs = [(tmp_path / name / "progress.jsonl").read_text().splitlines() for name in ("whole", "parts")]
    assert len(logs[0]) == len(logs[1]) > 0


@pytest.mark.integration
@pytest.mark.parametrize("stop_at", [2, 4 * ITERATIONS - 1, 4 * ITERATIONS + 6])
def test_stopped_within_an_iteration_and_resumed_it_ends_in_the_same_bits(
    faces: Path, tmp_path: Path, stop_at: int
) -> None:
    whole, stopped, resumed = Sharing(), Sharing(stop_at=stop_at), Sharing()
    train_toy(whole, tmp_path / "whole", faces, accumulate=4)
    with pytest.raises(Interrupted):
        train_toy(stopped, tmp_path / "stopped", faces, accumulate=4)
    train_toy(resumed, tmp_path / "stopped", faces, accumulate=4)
    assert stopped.steps + resumed.steps == 8 * ITERATIONS
    for name, tensor in whole.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], tensor)


@pytest.mark.integration
def test_what_cannot_be_split_is_refused_before_anything_is_trained(faces: Path, tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="toy trains on whole batches only, since its steps draw from or mix the faces"
    ):
        train_toy(Toy(), tmp_path, faces, accumulate=2)
    with pytest.raises(InputError, match="stage first: a batch of 8 cannot be trained in accumulate=3 equal parts; 3"):
        train_toy(Sharing(), tmp_path, faces, accumulate=3)
    assert not (tmp_path / "checkpoints").exists()
    stage = Stage("balanced", 1, 8, balanced_by="Smiling")
    with pytest.raises(InputError, match="accumulate=8 equal parts, each balanced by Smiling; 16 must divide it"):
        require_parts(Sharing(), [stage], "toy", 8, ALONE)
    with pytest.raises(
        InputError, match="a batch of 8 cannot be trained by 2 processes in accumulate=8 equal parts; 16"
    ):
        require_parts(Sharing(), [Stage("plain", 1, 8)], "toy", 8, Processes(size=2))
    with pytest.raises(InputError, match="Toy trains on whole batches only"):
        step_costs(Toy(), sixteen_faces(faces), "cpu", seed=0, compute=CPU, accumulate=2)
    train_toy(Toy(), tmp_path, faces, accumulate=1)


def test_a_wrapper_that_accumulates_by_itself_is_refused() -> None:
    adam = torch.optim.Adam(nn.Linear(2, 2).parameters())
    own = OptimWrapperDict(painter=OptimWrapper(adam, accumulative_counts=2))
    StageOptimizers(own)
    with pytest.raises(
        PluginError, match="the optimiser 'painter' accumulates or scales gradients in its own OptimWrapper"
    ):
        StageOptimizers(own, parts=BatchParts(2))
