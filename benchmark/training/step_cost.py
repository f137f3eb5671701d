"""What a training step costs, measured on a model that is thrown away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from benchmark.config.budget import Quantity
from benchmark.datasets.base import FaceDataset
from benchmark.datasets.training_batches import training_batches
from benchmark.runtime.device import Compute, seed_everything
from benchmark.runtime.processes import ALONE
from benchmark.training.batch_parts import parts_of, require_parts
from benchmark.training.hooks import moving_averages
from benchmark.training.loss_scale import loss_scale
from benchmark.training.stage_optimizers import StageOptimizers
from benchmark.training.step_work import StepWork, WorkCounter
from benchmark.training.train import move_to_device
from benchmark.training.training_step import take_step
from methods.base import FaceBatch, Stage, Trainable
from registry.errors import InputError, plugin_boundary

WARM_UP = 2
ROUNDS = 15
"""Steps that are measured, a multiple of 5: critics are trained up to five times as often as what they judge."""
ENOUGH_SECONDS = 20.0
"""A stage whose steps take long is measured for so many seconds, and by five steps at least."""
FEWEST = 5
MOST = 60
"""Steps that a stage is timed by at most where a plan is made."""


def step_costs(
    model: Trainable, dataset: FaceDataset, quantity: Quantity, *, seed: int, compute: Compute, accumulate: int = 1
) -> dict[str, float]:
    """The cost of one step of every stage that trains, in the unit of a quantity.

    Args:
        model: trained a few steps by this, and of no use afterwards.
        dataset: its train split is what the steps learn from.
        quantity: processor seconds of this process, wall-clock seconds on a GPU, floating-point operations, or images.
        seed: of the faces and draws.
        compute: device, precision and layout.
        accumulate: parts of each batch.

    Raises:
        InputError: if GPU seconds are to be measured on another device, or batches cannot be split so.
    """
    require_device(quantity, compute)
    stages = [stage for stage in model.stages() if stage.iterations > 0]
    require_parts(model, stages, type(model).__name__, accumulate, ALONE)
    if quantity == "images":
        return {stage.name: float(stage.batch_size) for stage in stages}
    move_to_device(model, compute)
    model.train()
    costs = {}
    for stage in stages:
        step = trial_step(model, stage, dataset, seed=seed, compute=compute, accumulate=accumulate)
        costs[stage.name] = _operations(step) if quantity == "flop" else _seconds(step, _clock(quantity, compute))
    return costs


def require_device(quantity: Quantity, compute: Compute) -> None:
    """Refuse to measure a quantity where it is not spent.

    Raises:
        InputError: if GPU seconds are to be measured on another device.
    """
    if quantity == "gpu" and compute.device.type != "cuda":
        raise InputError(f"a budget of GPU time needs a GPU, and this runs on {compute.device.type}: write cpu-s")


def trial_step(
    model: Trainable, stage: Stage, dataset: FaceDataset, *, seed: int, compute: Compute, accumulate: int = 1
) -> Callable[[], None]:
    """What does one step of a stage after another, averages included, as a training would.

    Args:
        model: on the compute device; trained by it, and of no use afterwards.
        stage: begun by this.
        dataset: its train split is what the steps learn from.
        seed: of the faces and draws.
        compute: device, precision and layout.
        accumulate: parts of each batch.
    """
    seed_everything(seed)
    with plugin_boundary(f"{type(model).__name__}.begin_stage"):
        model.begin_stage(stage)
    faces: Iterator[FaceBatch] = iter(
        training_batches(dataset, stage.batch_size, seed=seed, start=0, balanced_by=stage.balanced_by)
    )
    averages = moving_averages(model, stage)
    parts, scale = parts_of(stage, accumulate), loss_scale(compute)
    optimizers = StageOptimizers(model.optimizers(stage), parts=parts, scale=scale)

    def step() -> None:
        batch = next(faces).to(compute.device, channels_last=compute.channels_last)
        take_step(model, batch, optimizers, compute)
        for name, average in averages.items():
            average.update_parameters(model.get_submodule(name))

    return step


def _operations(step: Callable[[], None]) -> float:
    """Mean floating-point operations of a step, a multiply-add as two."""
    counter = WorkCounter()
    with counter:
        for _ in range(FEWEST):
            step()
    return counter.flops / FEWEST


@dataclass(frozen=True)
class StepTime:
    """Seconds of a mean step.

    Attributes:
        wall: by the clock.
        cpu: of this process's processors.
        measured: how many steps it was measured on.
    """

    wall: float
    cpu: float
    measured: int


def step_time(step: Callable[[], None], work: StepWork, seconds: float, compute: Compute) -> StepTime:
    """Time of a stage's mean step, by as many as so many seconds allow, two at least.

    The first step, in which libraries prepare themselves, counts only where the others are no whole turn.

    Args:
        step: of `trial_step`, not called yet.
        work: of the stage, by which a measured step is more or less than the mean one.
        seconds: to spend.
        compute: the device, which is waited for.
    """
    wall_clock = _clock("gpu", compute) if compute.device.type == "cuda" else time.perf_counter
    walls, cpus = [wall_clock()], [time.process_time()]
    while len(walls) <= 2 or (len(walls) <= MOST and (walls[-1] - walls[0]) * len(walls) / (len(walls) - 1) < seconds):
        step()
        walls.append(wall_clock())
        cpus.append(time.process_time())
    number = len(walls) - 1
    first = 1 if number > len(work.flops) else 0
    flops = sum(work.flops_of(each) for each in range(first, number))
    steps = flops / work.mean_flops if work.mean_flops else number - first
    return StepTime((walls[-1] - walls[first]) / steps, (cpus[-1] - cpus[first]) / steps, number - first)


def _clock(quantity: Quantity, compute: Compute) -> Callable[[], float]:
    if quantity == "cpu":
        return time.process_time

    def waiting() -> float:
        torch.cuda.synchronize(compute.device)
        return time.perf_counter()

    return waiting


def _seconds(step: Callable[[], None], clock: Callable[[], float]) -> float:
    """Mean seconds of a step by a clock."""
    for _ in range(WARM_UP):
        step()
    started, steps = clock(), 0
    while steps < ROUNDS and (steps < FEWEST or clock() - started < ENOUGH_SECONDS):
        step()
        steps += 1
    return (clock() - started) / steps
