"""Times training steps with the networks that `torch.compile` takes against the same steps without."""

from __future__ import annotations

import time
from pathlib import Path

import torch
from filelock import FileLock

from benchmark.training.compile_networks import compiled
from benchmarks.gpu.measuring import build, forget, reason_of, stages_of
from benchmarks.gpu.records import Records, Row
from benchmarks.gpu.scale import Scale
from benchmarks.gpu.steps import TURN, USUAL, time_stage
from methods.base import FaceEditor, Stage


def time_compiled_steps(
    records: Records, scale: Scale, out: Path, device: torch.device, minutes: float, methods: tuple[str, ...]
) -> None:
    """Measure what the records lack until the time is over."""
    deadline = time.monotonic() + 60 * minutes
    for preset, sizes in scale.sizes.items():
        for method in methods:
            if records.has(preset=preset, method=method, last=True) or time.monotonic() > deadline:
                continue
            model = build(method, preset, sizes[method], device, channels_last=USUAL.channels_last).train()
            torch._dynamo.reset()
            stages = stages_of(method, preset, sizes[method])
            for stage in stages:
                row = {"preset": preset, "method": method, "size": sizes[method], "stage": stage.name}
                row |= {"batch_size": scale.usual_batch, "last": stage is stages[-1]}
                try:
                    row |= _both(model, method, stage, scale, sizes[method], device, FileLock(out / TURN))
                except Exception as error:  # a failure is a finding, and the others go on
                    row["failed"] = reason_of(error)
                forget(device)
                records.add(row)


def _both(
    model: FaceEditor, method: str, stage: Stage, scale: Scale, size: int, device: torch.device, turn: FileLock
) -> Row:
    def timed(seconds: float) -> Row:
        return time_stage(model, stage, USUAL, scale.usual_batch, size, device, seconds)

    with compiled(model, method, True):
        started = time.monotonic()
        timed(0.0)
        compilation = time.monotonic() - started
        with turn:
            fast = timed(scale.seconds)
    with turn:
        plain = timed(scale.seconds)
    return {
        "plain": plain,
        "compiled": fast,
        "ratio": round(plain["ms"] / fast["ms"], 3),
        "compilation_s": round(compilation, 1),
    }
