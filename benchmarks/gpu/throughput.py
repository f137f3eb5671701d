"""Measures edits a second, what waits for the device in a step, and the speed of whole commands."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from pathlib import Path

import torch

from benchmark.training.hooks import MovingAverage
from benchmarks.gpu.command import bench, edit_and_score_speed, loop_speed, planned_stages, run_folder
from benchmarks.gpu.measuring import build, forget, measure, reason_of, stages_of
from benchmarks.gpu.records import Records, Row
from benchmarks.gpu.scale import METHODS, Scale
from benchmarks.gpu.steps import USUAL
from benchmarks.gpu.waits import noted_waits
from benchmarks.timing import random_faces
from methods.base import EditBatch
from methods.labels import ATTRIBUTES
from registry.catalogue import METHOD_CARDS

SMILING = ATTRIBUTES.index("Smiling")
COMMANDS = ("copy-target", "spade", "maskgan")
"""Methods whose whole commands are timed, one after another; the first packs the faces and trains the judges."""


def time_throughput(records: Records, scale: Scale, out: Path, device: torch.device, minutes: float) -> None:
    """Measure what the records lack until the time is over."""
    deadline = time.monotonic() + 60 * minutes
    if device.type == "cuda" and not records.has(what="waits", method=None):
        with noted_waits() as waits:
            torch.ones((), device=device).item()
        records.add({"what": "waits", "method": None, "stage": "one made on purpose", "iteration": 2} | _counted(waits))
    for method in METHODS if device.type == "cuda" else ():
        if not records.has(what="waits", method=method):
            _count_waits(records, scale, method, device)
    for preset in scale.sizes:
        for method in METHODS:
            if not records.has(what="edit", preset=preset, method=method) and time.monotonic() < deadline:
                _time_edits(records, scale, preset, method, device)
    for method in COMMANDS:
        if not records.has(what="command", method=method) and time.monotonic() < deadline:
            _time_command(records, scale, method, out, device)


def _count_waits(records: Records, scale: Scale, method: str, device: torch.device) -> None:
    """Waits within an iteration of each stage: the batch's way to the device, the step, and the moving averages."""
    preset, size = scale.preset, scale.sizes[scale.preset][method]
    model = build(method, preset, size, device, channels_last=True).train()
    loaded = random_faces(4, size).pin_memory()
    for stage in model.stages():
        model.begin_stage(stage)
        optim = model.optimizers(stage)
        averages = {name: MovingAverage(model.get_submodule(name)) for name in stage.ema}
        for iteration in range(3):
            with noted_waits() as waits:
                faces = loaded.to(device, channels_last=True)
                with USUAL.autocast(device):
                    model.train_step(faces, optim)
                for name, average in averages.items():
                    average.update_parameters(model.get_submodule(name))
            if iteration:  # the first allocates and tunes
                row = {"what": "waits", "method": method, "stage": stage.name, "iteration": iteration}
                records.add(row | _counted(waits))
    del model, optim, averages
    forget(device)


def _counted(waits: Counter[str]) -> Row:
    return {"waits": sum(waits.values()), "where": dict(waits)}


def _time_command(records: Records, scale: Scale, method: str, out: Path, device: torch.device) -> None:
    work = out / "work" / "short"
    card = METHOD_CARDS.find(method).card
    settings: dict[str, object] = {
        f"options.{name}": scale.loop_iterations for name in card.options if name.endswith("iterations")
    }
    row = {"what": "command", "method": method, **bench("score", method, scale, work, str(device), settings)}
    if "failed" not in row:
        folder = run_folder(work, method)
        row["speed"] = edit_and_score_speed(folder)
        if card.kind == "learned":
            stages = stages_of(method, scale.preset, scale.sizes[scale.preset][method])
            row["stages"] = [{**each, "losses": None} for each in loop_speed(folder, stages)]
            # beside another folder, so that nothing of it is done already
            row["planned"] = planned_stages(method, scale, work.with_name("planned"), str(device), settings)
    records.add(row)


def _time_edits(records: Records, scale: Scale, preset: str, method: str, device: torch.device) -> None:
    """Edits alone, of batches that are on the device already."""
    size = scale.sizes[preset][method]
    model = build(method, preset, size, device, channels_last=True).eval()
    for batch_size in scale.batch_sizes:
        row = {"what": "edit", "preset": preset, "method": method, "size": size, "batch_size": batch_size}
        try:
            with torch.inference_mode(), USUAL.autocast(device):
                edit = partial(model.edit, smiles(batch_size, size).to(device))
                row |= measure(edit, batch_size, device, scale.seconds)
        except Exception as error:
            row["failed"] = reason_of(error)
        forget(device)
        records.add(row)


def smiles(count: int, size: int) -> EditBatch:
    """Edits of random faces that ask each to smile, or no longer to."""
    target, source = random_faces(count, size), random_faces(count, size)
    attributes = target.attributes.clone()
    attributes[:, SMILING] = 1 - attributes[:, SMILING]
    source.attributes[:, SMILING] = attributes[:, SMILING]
    return EditBatch(target, source, source.mask, attributes, torch.ones_like(source.mask, dtype=torch.bool))
