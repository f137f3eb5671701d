"""What the same experiments take at another preset than the one calibrated at, by their operations alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.experiment import Experiment
from benchmark.config.presets import all_protocols
from benchmark.config.training_length import over_faces
from benchmark.datasets.base import SPLITS
from benchmark.editing.build_method import build_editor
from benchmark.editing.option_weights import option_weights
from benchmark.planning.machine import Machine
from benchmark.planning.method_parts import stage_iterations, stages_to_train
from benchmark.planning.plan_parts import Group, Part
from benchmark.planning.sample_faces import Sample
from benchmark.planning.stages import memory_of
from benchmark.training.step_cost import StepTime
from benchmark.training.step_work import StepWork, works
from benchmark.weights.locate import Weights
from registry.errors import InputError

Rates = dict[tuple[str, str], StepTime]
"""Time of an operation by method and stage, as measured."""


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
            times = seconds / budget
            reason = f"takes {times:,.0f} times the budget" if times >= 10 else f"takes {times:.2f} times the budget"
        fits = False if reason else None if seconds is None else True
        if fits is None:
            reason = "has a part that could not be measured"
        return cls(preset, seconds, whole.memory, whole.device_memory, fits, by_operations, reason)


def by_operations(
    experiments: Sequence[Experiment],
    num_seeds: int,
    calibrated: Sequence[Experiment],
    measured: Sequence[Group],
    rates: Rates,
    sample: Sample,
    machine: Machine,
    weights: Weights,
    budget: float,
) -> Fit:
    """A preset that nothing was measured at: its trainings take as long as their operations at the measured rates.

    Packing is taken to grow with faces, edits and scores with tasks, and all that is no method's training with pixels.

    Args:
        experiments: one a method, at the preset.
        num_seeds: that each has.
        calibrated: the same at the preset that was calibrated.
        measured: what those take: what is shared first, then one a method.
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
    faces, *others = shared.parts
    more_tasks = _num_tasks(all_protocols(evaluation)) / _num_tasks(all_protocols(calibrated[0].evaluation))
    parts = [_scaled(faces, pixels * more_faces)]
    # judges are trained for as many iterations at every preset
    parts += [_scaled(part, pixels * (more_tasks if part.iterations is None else 1.0)) for part in others]
    for experiment, earlier, group in zip(experiments, calibrated, methods, strict=True):
        more = pixels * _num_tasks(experiment.evaluation) / _num_tasks(earlier.evaluation)
        parts += [_scaled(part, num_seeds * more) for part in group.parts if part.iterations is None]
        try:
            parts += _trainings(over_faces(experiment, num_faces["train"]), num_seeds, rates, sample, machine, weights)
        except InputError as reason:
            return Fit(evaluation.preset, None, None, None, None, True, str(reason))
    return Fit.of(evaluation.preset, Group(evaluation.preset, 1, parts).once, budget, machine, by_operations=True)


def _num_tasks(evaluation: EvaluationSpec) -> int:
    """How many tasks protocols are to have, those that say no number one each."""
    limit = evaluation.limit or sys.maxsize
    return sum(min(limit, int(str(options.get("count", 1)))) for options in evaluation.protocols.values())


def _scaled(part: Part, factor: float) -> Part:
    return Part(part.name, seconds=None if part.seconds is None else factor * part.seconds)


def _trainings(
    experiment: Experiment,
    num_seeds: int,
    rates: Rates,
    sample: Sample,
    machine: Machine,
    weights: Weights,
) -> list[Part]:
    files = option_weights(experiment.method.options, weights)
    editor = build_editor(experiment, files)
    left, stages = stages_to_train(editor), [stage for stage in editor.model.stages() if stage.iterations > 0]
    if machine.compute.channels_last:
        editor.model.to(memory_format=torch.channels_last)
    found: dict[str, StepWork] = {}
    try:
        found = works(editor.model, experiment.evaluation.dataset.size, machine.compute, sample.dataset.attribute_names)
    except Exception:  # as at the calibrated preset, whose notes say it
        found = {}
    steps = []
    for stage in stages:
        work, rate = found.get(stage.name), rates.get((experiment.label, stage.name))
        if work and rate:
            steps.append((stage, work, StepTime(rate.wall * work.mean_flops, rate.cpu * work.mean_flops, 0)))
    iterations = stage_iterations(experiment, steps, files, machine.compute) if len(steps) == len(stages) > 0 else {}
    times = {stage.name: time for stage, _, time in steps}
    parts = []
    for stage in left:
        seconds = None
        if stage.name in iterations:
            seconds = num_seeds * iterations[stage.name] * times[stage.name].wall
        work = found.get(stage.name)
        memory, device_memory = None, None
        if work is not None:
            memory, device_memory = memory_of(work.in_parts(experiment.method.accumulate), machine)
        parts.append(Part(stage.name, seconds=seconds, memory=memory, device_memory=device_memory))
    return parts
