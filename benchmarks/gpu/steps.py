"""Times every stage's training step of every method, by batch size, precision, and memory layout."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

import torch
from mmengine.optim import OptimWrapperDict

from benchmark.runtime.device import HALVES
from benchmark.training.loss_scale import LossScale
from benchmark.training.stage_optimizers import StageOptimizers
from benchmarks.gpu.measuring import build, forget, measure, reason_of, stages_of
from benchmarks.gpu.records import Records, Row
from benchmarks.gpu.scale import METHODS, Scale
from benchmarks.timing import random_faces
from methods.base import FaceEditor, Stage

PRECISIONS = {
    "bf16": "bf16 autocast",
    "fp16": "fp16 autocast and scaled losses",
    "fp32": "fp32, convolutions in TF32 (torch's default)",
    "exact": "fp32, no TF32",
}


@dataclass(frozen=True)
class Way:
    """One way to run a step."""

    precision: str
    channels_last: bool
    captured: bool = False

    def autocast(self, device: torch.device) -> torch.autocast:
        """The context of a step; sets, too, whether convolutions may use TF32."""
        torch.backends.cudnn.allow_tf32 = self.precision != "exact"
        half = HALVES.get(self.precision)
        return torch.autocast(device.type, half or torch.bfloat16, enabled=half is not None)


USUAL = Way("bf16", channels_last=True)
CAPTURED = replace(USUAL, captured=True)
TURN = "measuring.lock"
"""Blocks may go on at once, each in a process of its own, as far as this file is held by the one that measures."""


def plan(scale: Scale) -> Iterator[tuple[Way, tuple[int, ...]]]:
    """Ways and batch sizes, the most telling ones first."""
    usual = (scale.usual_batch,)
    others = tuple(each for each in scale.batch_sizes if each not in usual)
    yield USUAL, usual
    yield USUAL, others
    yield Way("fp32", channels_last=False), usual
    yield Way("exact", channels_last=False), usual
    yield Way("bf16", channels_last=False), usual
    yield Way("fp16", channels_last=True), usual
    yield Way("fp32", channels_last=True), usual
    yield Way("fp32", channels_last=False), others


def time_steps(records: Records, scale: Scale, device: torch.device, minutes: float) -> None:
    """Measure what the records lack, in order of importance, until the time is over."""
    _time(records, scale, device, minutes, list(plan(scale)), METHODS)


def time_steps_in(
    way: Way, records: Records, scale: Scale, device: torch.device, minutes: float, methods: tuple[str, ...]
) -> None:
    """The same in one way, at one batch size; what captured steps leave in memory harms no other figure."""
    _time(records, scale, device, minutes, [(way, (scale.usual_batch,))], methods)


def _time(
    records: Records,
    scale: Scale,
    device: torch.device,
    minutes: float,
    ways: list[tuple[Way, tuple[int, ...]]],
    methods: tuple[str, ...],
) -> None:
    deadline = time.monotonic() + 60 * minutes
    for way, batch_sizes in ways:
        for preset, sizes in scale.sizes.items():
            for method in methods:
                missing = tuple(
                    size
                    for size in batch_sizes
                    if not records.has(preset=preset, method=method, batch_size=size, last=True, **asdict(way))
                )
                if missing and time.monotonic() < deadline:
                    _time_method(records, way, missing, preset, method, sizes[method], device, scale.seconds)


def _time_method(
    records: Records,
    way: Way,
    batch_sizes: tuple[int, ...],
    preset: str,
    method: str,
    size: int,
    device: torch.device,
    seconds: float,
) -> None:
    key = {"preset": preset, "method": method, "size": size, **asdict(way)}
    try:
        model = build(method, preset, size, device, channels_last=way.channels_last).train()
    except Exception as error:  # a failure is a finding, and the others go on
        for batch_size in batch_sizes:
            failed = {"stage": None, "batch_size": batch_size, "last": True, "failed": reason_of(error)}
            records.add(key | failed)
        return
    stages = stages_of(method, preset, size)
    for batch_size in batch_sizes:
        for stage in stages:
            row = {**key, "stage": stage.name, "batch_size": batch_size, "last": stage is stages[-1]}
            try:
                row |= time_stage(model, stage, way, batch_size, size, device, seconds)
            except Exception as error:
                row["failed"] = reason_of(error)
            model.zero_grad(set_to_none=True)
            forget(device)
            records.add(row)


def time_stage(
    model: FaceEditor, stage: Stage, way: Way, batch_size: int, size: int, device: torch.device, seconds: float
) -> Row:
    """Time a stage's training step on random faces that are on the device already."""
    model.begin_stage(stage)
    scale = LossScale(device.type) if way.precision == "fp16" else None
    optim = StageOptimizers(model.optimizers(stage), scale=scale)
    faces = random_faces(batch_size, size).to(device, channels_last=way.channels_last)

    def step() -> None:
        with way.autocast(device):
            model.train_step(faces, optim)
        optim.finish()

    cycle = getattr(getattr(model, "options", None), "n_critic", 1)
    if not way.captured:
        return measure(step, batch_size, device, seconds, cycle)
    replay = capture(step, optim, cycle)
    # replays allocate nothing, so that no peak shows what the captured steps hold
    row = measure(replay, cycle * batch_size, device, seconds)
    return row | {"ms": round(row["ms"] / cycle, 2), "host_ms": round(row["host_ms"] / cycle, 2), "peak_gib": None}


def capture(step: Callable[[], None], optim: OptimWrapperDict, cycle: int) -> Callable[[], None]:
    """One CUDA graph of a cycle of steps; the learning rates and whatever else the host decides stay as they are."""
    for name in optim.keys():  # noqa: SIM118 - not a mapping
        for group in optim[name].param_groups:
            group["capturable"] = True
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(2 * cycle):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(cycle):
            step()
    return graph.replay
