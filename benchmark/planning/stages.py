"""What the stages of a training take: operations and memory without running it, seconds by a few steps of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import torch

from benchmark.datasets.base import FaceDataset
from benchmark.editing.cost import forget_peak_memory, peak_memory_mib
from benchmark.planning.machine import Machine
from benchmark.runtime.processes import ALONE
from benchmark.training.batch_parts import parts_of, require_parts
from benchmark.training.checkpoints import ZIPPED
from benchmark.training.step_cost import StepTime, step_time, trial_step
from benchmark.training.step_work import StepWork, bytes_of, works, works_of_small_batches
from benchmark.training.train import move_to_device
from methods.base import Stage, Trainable

HEADROOM: Final = 0.8
"""Share of the free memory that a calibration may take."""
SLOWER: Final = 3.0
"""How many times slower than its convolutions alone a step may be before it is known."""


@dataclass(frozen=True)
class StageEstimate:
    """What a stage takes.

    Attributes:
        stage: of the training.
        work: of its steps.
        time: of a mean step.
        device_bytes: allocated on the GPU at most; None where the stage is not trained on one.
        checkpoint: bytes of what it leaves.
        networks: bytes of all of the model's networks in a checkpoint.
        unfinished: bytes of a checkpoint to go on from.
        notes: what the figures rest on, or why they are missing.
    """

    stage: Stage
    work: StepWork
    time: StepTime
    device_bytes: int | None
    checkpoint: int
    networks: int
    unfinished: int
    notes: tuple[str, ...] = ()


def estimate_stages(
    build: Callable[[], Trainable],
    dataset: FaceDataset,
    machine: Machine,
    seconds: float,
    *,
    seed: int = 0,
    accumulate: int = 1,
) -> list[StageEstimate]:
    """Estimate every stage that trains.

    Args:
        build: makes the model, on the CPU.
        dataset: a few faces of the size to train at.
        machine: to train on.
        seconds: for the measured steps, all stages together.
        seed: of faces and draws.
        accumulate: parts of each batch.

    Raises:
        InputError: if batches cannot be split so.
    """
    notes: tuple[str, ...] = ()
    shaped = build()
    stages = [stage for stage in shaped.stages() if stage.iterations > 0]
    if not stages:
        return []
    require_parts(shaped, stages, type(shaped).__name__, accumulate, ALONE)
    if machine.compute.channels_last:
        shaped.to(memory_format=torch.channels_last)
    state = shaped.state_dict()
    parts = {name: name.partition(".")[0] for name in state}
    sizes = {name: bytes_of([tensor]) + ZIPPED for name, tensor in state.items()}
    try:
        found = works(shaped, dataset.size, machine.compute, dataset.attribute_names, seed=seed)
    except Exception:  # of torch, where a step asks for a value that only running it gives
        found = works_of_small_batches(build(), dataset.size, machine.compute, dataset.attribute_names, seed=seed)
        notes = ("memory is reckoned from that of a small batch",)
    weight = {stage.name: stage.iterations * found[stage.name].mean_flops for stage in stages}
    model = build()
    move_to_device(model, machine.compute)
    model.train()
    estimates: list[StageEstimate] = []
    left = dict(parts)
    for stage in stages:
        work = found[stage.name].in_parts(accumulate)
        share = seconds * weight[stage.name] / max(1.0, sum(weight.values()))
        time, device_bytes, how = _try(model, stage, work, dataset, machine, share, seed, accumulate)
        last = stage is stages[-1]
        kept = [name for name, part in parts.items() if part in work.trained or (last and name in left)]
        left = {name: part for name, part in left.items() if name not in kept}
        estimates.append(
            StageEstimate(
                stage,
                work,
                time,
                device_bytes,
                sum(sizes[name] for name in kept),
                sum(sizes.values()),
                sum(sizes.values()) + work.optimizer_bytes,
                (*notes, *how),
            )
        )
    return estimates


def _try(
    model: Trainable,
    stage: Stage,
    work: StepWork,
    dataset: FaceDataset,
    machine: Machine,
    seconds: float,
    seed: int,
    accumulate: int,
) -> tuple[StepTime, int | None, tuple[str, ...]]:
    """Seconds of a step and memory of the GPU, by smaller batches where whole ones would not fit; and notes of that."""
    on_gpu = machine.compute.device.type == "cuda"
    free = machine.memory if machine.device_memory is None else machine.device_memory
    batch = stage.batch_size
    room = float("inf") if free is None else HEADROOM * free
    guess = machine.seconds_per_flop * SLOWER * work.mean_flops

    def share(size: int) -> float:
        return size / stage.batch_size

    def fits(size: int) -> bool:
        return work.peak_at(share(size)) < room and 2 * share(size) * guess < max(seconds, 1.0)

    smallest = 2 * accumulate * parts_of(stage, accumulate).sides
    while not fits(batch) and batch % smallest == 0 and batch > 2:
        batch //= 2
    if not fits(batch):
        by_operations = guess / SLOWER
        note = "a step is too large to try here: seconds are those of as many operations in a convolution"
        return StepTime(by_operations, by_operations, 0), work.peak_bytes if on_gpu else None, (note,)
    stage_here = replace(stage, batch_size=batch)
    step = trial_step(model, stage_here, dataset, seed=seed, compute=machine.compute, accumulate=accumulate)
    forget_peak_memory(machine.compute)
    time = step_time(step, work, seconds, machine.compute)
    model.zero_grad(set_to_none=True)
    peak = peak_memory_mib(machine.compute) if on_gpu else None
    allocated = None if peak is None else round(peak * 2**20 * work.peak_bytes / work.peak_at(share(batch)))
    if batch == stage.batch_size:
        return time, allocated, ()
    grown = StepTime(time.wall / share(batch), time.cpu / share(batch), time.measured)
    return grown, allocated, (f"a step is measured on batches of {batch} and multiplied",)


def memory_of(work: StepWork, machine: Machine) -> tuple[int | None, int | None]:
    """Bytes of the process at the peak of a stage's step, and of the GPU where there is one, by its tensors alone.

    Args:
        work: of the stage.
        machine: that it is trained on.
    """
    if machine.compute.device.type == "cuda":
        return machine.baseline, work.peak_bytes
    return None if machine.baseline is None else machine.baseline + work.peak_bytes, None
