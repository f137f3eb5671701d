"""Trains methods for minutes on rendered faces through the `bench` command, and edits and scores with them."""

from __future__ import annotations

from pathlib import Path

import torch

from benchmarks.gpu.command import bench, edit_and_score_speed, figures, loop_speed, run_folder
from benchmarks.gpu.measuring import build, forget, stages_of
from benchmarks.gpu.records import Records
from benchmarks.gpu.scale import Scale
from benchmarks.gpu.steps import USUAL, time_stage
from methods.base import Stage
from registry.catalogue import METHOD_CARDS

TRAINED = ("maskgan", "spade", "sean")
SHARE = 0.7
"""Of the time for the steps alone; the rest is for the loop around them."""


def train_for(records: Records, scale: Scale, out: Path, device: torch.device, minutes: float, method: str) -> None:
    """Train one method for about so many minutes, its stages in the preset's proportions; then edit and score."""
    if records.has(method=method, what="scores"):
        return
    stages = stages_of(method, scale.preset, scale.sizes[scale.preset][method])
    seconds = _step_seconds(method, stages, scale, device)
    proportions = {stage.name: stage.iterations for stage in stages}
    of_one_pass = sum(seconds[name] * count for name, count in proportions.items())
    iterations = {
        name: max(round(SHARE * 60 * minutes * count / of_one_pass), scale.loop_iterations)
        for name, count in proportions.items()
    }
    iterations_by_option = {_option(method, name): count for name, count in iterations.items()}
    work = out / "work" / "trained"
    row = bench("train", method, scale, work, str(device), iterations_by_option)
    if "failed" not in row:
        row["stages"] = loop_speed(run_folder(work, method), stages)
    records.add({"method": method, "what": "training", **row})
    if "failed" in row:
        return
    row = bench("score", method, scale, work, str(device), iterations_by_option)
    if "failed" not in row:
        folder = run_folder(work, method)
        row |= {"speed": edit_and_score_speed(folder), "figures": figures(folder)}
    records.add({"method": method, "what": "scores", **row})


def _step_seconds(method: str, stages: list[Stage], scale: Scale, device: torch.device) -> dict[str, float]:
    size = scale.sizes[scale.preset][method]
    model = build(method, scale.preset, size, device, channels_last=True).train()
    spent = {
        stage.name: time_stage(model, stage, USUAL, stage.batch_size, size, device, seconds=1.0)["ms"] / 1000
        for stage in stages
    }
    del model
    forget(device)
    return spent


def _option(method: str, stage: str) -> str:
    """The setting that holds a stage's iterations: its own, or the only one that the method has."""
    own = f"{stage}_iterations"
    return f"options.{own if own in METHOD_CARDS.find(method).card.options else 'iterations'}"
