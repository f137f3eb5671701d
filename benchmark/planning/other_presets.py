"""What the same experiments take at another preset than the one calibrated at, by their operations alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from benchmark.config.experiment import Experiment
from benchmark.config.training_length import over_faces
from benchmark.datasets.base import SPLITS
from benchmark.editing.build_method import build_editor
from benchmark.editing.option_weights import option_weights
from benchmark.planning.machine import Machine
from benchmark.planning.parts import Group, Part
from benchmark.planning.sample_faces import Sample
from benchmark.planning.stages import memory_of
from benchmark.training.step_work import StepWork, works
from benchmark.weights.locate import Weights

Rates = dict[tuple[str, str], float]
"""Seconds of an operation by method and stage, as measured."""


@dataclass(frozen=True)
class Fit:
    """A preset against a budget.

    Attributes:
        preset: its name.
        seconds: by the clock, all methods and seeds one after another; None where unknown.
        memory: bytes of the process at most; None where unknown.
        device_memory: bytes on the GPU at most; None where unknown.
        fits: into the budget, and into memory; None where unknown.
        by_operations: whether the seconds are those of its operations at the rate of the preset that was calibrated.
        reason: why it does not fit, or is unknown; empty where it fits.
    """

    preset: str
    seconds: float | None
    memory: int | None
    device_memory: int | None
    fits: bool | None
    by_operations: bool
    reason: str

    @classmethod
    def of(cls, preset: str, whole: Part, budget: float, machine: Machine, *, by_operations: bool = False) -> Fit:
        """A preset with what all of it takes.

        Args:
            preset: its name.
            whole: what it takes.
            budget: seconds by the clock.
            machine: whose memory it must fit into.
            by_operations: as the attribute.
        """
        seconds = whole.seconds
        reason = ""
        limits = ((whole.memory, machine.memory, "memory"), (whole.device_memory, machine.device_memory, "GPU memory"))
        for needed, free, name in limits:
            if needed is not None and free is not None and needed > free:
                reason = f"needs more {name} than is free"
        if not reason and seconds is not None and seconds > budget:
            reason = f"takes {seconds / budget:.2g} times the budget"
        fits = False if reason else None if seconds is None else True
        if fits is None:
            reason = "has a part that could not be measured"
        return cls(preset, seconds, whole.memory, whole.device_memory, fits, by_operations, reason)


def by_operations(
    experiments: Sequence[Experiment],
    num_seeds: int,
    measured: Sequence[Group],
    rates: Rates,
    sample: Sample,
    machine: Machine,
    weights: Weights,
    budget: float,
) -> Fit:
    """A preset that nothing was measured at: its trainings take as long as their operations at the measured rates.

    What is not a method's training is taken to grow with iterations or images, and with pixels.

    Args:
        experiments: one a method, at the preset.
        num_seeds: that each has.
        measured: of the preset that was calibrated: what is shared first, then one a method.
        rates: of the stages there.
        sample: of the faces.
        machine: that it runs on.
        weights: finds weights files that options name.
        budget: seconds by the clock.
    """
    evaluation = experiments[0].evaluation
    pixels = (evaluation.dataset.size / sample.dataset.size) ** 2
    options = evaluation.dataset.options
    num_faces = {split: int(str(options.get(split, sample.num_faces[split]))) for split in SPLITS}
    more_faces = sum(num_faces.values()) / sum(sample.num_faces.values())
    shared, *methods = measured
    parts = [_scaled(part, pixels * more_faces) for part in shared.parts]
    for experiment, group in zip(experiments, methods, strict=True):
        counted = over_faces(experiment, num_faces["train"])
        parts += [_scaled(part, num_seeds * pixels) for part in group.parts if part.iterations is None]
        parts += _trainings(counted, num_seeds, rates, sample, machine, weights)
    return Fit.of(evaluation.preset, Group(evaluation.preset, 1, parts).once, budget, machine, by_operations=True)


def _scaled(part: Part, factor: float) -> Part:
    return Part(part.name, seconds=None if part.seconds is None else factor * part.seconds)


def _trainings(
    experiment: Experiment,
    num_seeds: int,
    rates: Mapping[tuple[str, str], float],
    sample: Sample,
    machine: Machine,
    weights: Weights,
) -> list[Part]:
    model = build_editor(experiment, option_weights(experiment.method.options, weights)).model
    stages = [stage for stage in model.stages() if stage.iterations > 0]
    if machine.compute.channels_last:
        model.to(memory_format=torch.channels_last)
    size = experiment.evaluation.dataset.size
    found: dict[str, StepWork] = {}
    try:
        found = works(model, size, machine.compute, sample.dataset.attribute_names)
    except Exception:  # as at the calibrated preset, whose notes say it
        found = {}
    parts = []
    for stage in stages:
        work, rate = found.get(stage.name), rates.get((experiment.label, stage.name))
        seconds = num_seeds * stage.iterations * work.mean_flops * rate if work and rate else None
        memory, device_memory = (None, None) if work is None else memory_of(work, machine)
        parts.append(Part(stage.name, seconds=seconds, memory=memory, device_memory=device_memory))
    return parts
