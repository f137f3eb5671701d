"""Whether training steps give the same bits twice, with deterministic algorithms and without, and what they cost."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from filelock import FileLock
from torch import Tensor

from benchmark.runtime.device import choose_compute, seed_everything
from benchmarks.gpu.measuring import build, forget, reason_of, stages_of
from benchmarks.gpu.records import Records, Row
from benchmarks.gpu.scale import METHODS, Scale
from benchmarks.gpu.steps import TURN, USUAL, time_stage
from benchmarks.timing import random_faces
from methods.base import FaceEditor, Stage

STEPS = 5
WARNED = re.compile(r"(\S+) does not have a deterministic implementation")


def try_determinism(records: Records, scale: Scale, out: Path, device: torch.device, minutes: float) -> None:
    """Take a few steps twice from the same seed, in each stage of each method, with the switch and without."""
    deadline = time.monotonic() + 60 * minutes
    size_of = scale.sizes[scale.preset]
    for deterministic in (False, True):
        with _deterministic(device, deterministic):
            for method in METHODS:
                for stage in stages_of(method, scale.preset, size_of[method]):
                    row = {"method": method, "stage": stage.name, "deterministic": deterministic}
                    if records.has(**row) or time.monotonic() > deadline:
                        continue
                    row |= {"preset": scale.preset, "size": size_of[method], "batch_size": scale.usual_batch}
                    try:
                        row |= _twice(method, stage, scale, size_of[method], device, FileLock(out / TURN))
                    except Exception as error:
                        row["failed"] = reason_of(error)
                    forget(device)
                    records.add(row)


def _twice(method: str, stage: Stage, scale: Scale, size: int, device: torch.device, turn: FileLock) -> Row:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        one, other = (_stepped(method, stage, scale, size, device) for _ in range(2))
    without = {found[1] for each in caught if (found := WARNED.search(str(each.message)))}
    differing = [name for name, value in one.items() if not torch.equal(value, other[name])]
    largest = max((float((one[name].double() - other[name].double()).abs().max()) for name in differing), default=0.0)
    model = build(method, scale.preset, size, device, channels_last=USUAL.channels_last).train()
    with turn:
        speed = time_stage(model, stage, USUAL, scale.usual_batch, size, device, scale.seconds)
    return {
        "steps": STEPS,
        "tensors": len(one),
        "differing": len(differing),
        "largest_difference": largest,
        "without_deterministic_implementation": sorted(without),
        "images_per_second": speed["images_per_second"],
    }


def _stepped(method: str, stage: Stage, scale: Scale, size: int, device: torch.device) -> dict[str, Tensor]:
    model: FaceEditor = build(method, scale.preset, size, device, channels_last=USUAL.channels_last).train()
    seed_everything(1)
    faces = random_faces(scale.usual_batch, size).to(device, channels_last=USUAL.channels_last)
    model.begin_stage(stage)
    optim = model.optimizers(stage)
    for _ in range(STEPS):
        with USUAL.autocast(device):
            model.train_step(faces, optim)
    return {name: value.detach().cpu() for name, value in model.state_dict().items() if value.is_floating_point()}


@contextmanager
def _deterministic(device: torch.device, wanted: bool) -> Iterator[None]:
    choose_compute(device.type, deterministic=wanted)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)
        torch.backends.cudnn.deterministic = False
