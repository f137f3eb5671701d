"""A plan: what experiments will take, before anything runs, and what of it does not fit."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmark.config.experiment import Experiment
from benchmark.evaluation.context import EvaluationContext
from benchmark.planning.machine import Machine
from benchmark.planning.method_parts import method_estimate
from benchmark.planning.other_presets import Fit, Rates, by_operations
from benchmark.planning.plan_parts import Group, Part, total
from benchmark.planning.sample_faces import sample_faces
from benchmark.planning.shared_parts import shared_group
from benchmark.planning.stages import StageEstimate
from benchmark.planning.trial_evaluation import Trial
from benchmark.runtime.progress import Reporter
from benchmark.training.step_cost import StepTime
from benchmark.weights.locate import Weights

METHOD_SECONDS: Final = 20.0
"""For the measured steps of a method, all stages together."""
JUDGE_SECONDS: Final = 5.0
"""For those of all judges."""
MIB: Final = 2**20


@dataclass(frozen=True)
class Plan:
    """What experiments will take.

    Attributes:
        preset: of the evaluation.
        dataset: its name.
        size: side of its images in pixels.
        num_faces: by split.
        hardware: that figures are for.
        machine: the same in numbers.
        groups: what is shared first, then one a method.
        fits: what each preset takes against the budget; empty without one.
    """

    preset: str
    dataset: str
    size: int
    num_faces: Mapping[str, int]
    hardware: str
    machine: Machine
    groups: Sequence[Group]
    fits: Sequence[Fit] = ()

    @property
    def total(self) -> Part:
        """All groups, one after another."""
        return total(self.groups)

    @property
    def warnings(self) -> list[str]:
        """What will not fit into this machine, each in a sentence."""
        machine = self.machine
        limits = (
            ("memory", machine.memory, "this machine has free"),
            ("device_memory", machine.device_memory, "the GPU has free"),
        )
        found = []
        for key, free, place in limits:
            for group in self.groups:
                for part in group.parts:
                    needed = getattr(part, key)
                    if needed is not None and free is not None and needed > free:
                        found.append(
                            f"out of memory: {group.name}, {part.name} needs {needed / MIB:,.0f} MiB, and {place} "
                            f"{free / MIB:,.0f} MiB; take smaller batches, such as by --set options.batch_size=4"
                        )
        disk = self.total.disk + self.total.spare_disk
        if disk > machine.disk:
            found.append(f"disk full: {disk / MIB:,.0f} MiB are needed, and {machine.disk / MIB:,.0f} MiB are free")
        return found

    def as_json(self) -> dict[str, Any]:
        """Every figure: bytes, seconds, and counts."""
        return {
            "preset": self.preset,
            "dataset": self.dataset,
            "size": self.size,
            "num_faces": dict(self.num_faces),
            "hardware": self.hardware,
            "machine": {key: value for key, value in vars(self.machine).items() if key != "compute"},
            "groups": [group.as_json() for group in self.groups],
            "total": vars(self.total),
            "fits": [vars(fit) for fit in self.fits],
            "warnings": self.warnings,
        }


def make_plan(
    experiments: Sequence[Experiment],
    num_seeds: int,
    *,
    runs: Path,
    cache: Path,
    reporter: Reporter,
    weights: Weights,
    budget: float | None = None,
    at_presets: Mapping[str, Sequence[Experiment]] | None = None,
) -> Plan:
    """Plan the experiments of one evaluation.

    Args:
        experiments: one a method.
        num_seeds: that each has.
        runs: folder of runs.
        cache: folder of packed faces.
        reporter: shows progress.
        weights: finds the weights files of metrics and losses.
        budget: hours by the clock, in seconds, that all of it may take.
        at_presets: the same experiments at every preset, where there is a budget.

    Raises:
        InputError: if an option is impossible, or the device is not there.
    """
    evaluation = experiments[0].evaluation
    with tempfile.TemporaryDirectory(prefix="plan-") as name:
        folder = Path(name)
        sample = sample_faces(evaluation.dataset, cache, folder, reporter)
        compute = EvaluationContext(evaluation, folder, reporter, weights).compute
        trial = Trial(evaluation, sample, folder, weights)
        trial.warm_up()
        machine = Machine.this(compute, runs)
        rates: Rates = {}
        groups = []
        with reporter.bar("plan", len(experiments) + 1) as advance:
            advance(0, "shared")
            shared = shared_group(evaluation, sample, trial, machine, JUDGE_SECONDS)
            groups.append(shared)
            for number, experiment in enumerate(experiments):
                advance(number + 1, experiment.label)
                estimate = method_estimate(experiment, num_seeds, sample, trial, machine, weights, METHOD_SECONDS)
                groups.append(estimate.group)
                rates |= dict(_rates(experiment.label, estimate.stages))
        found = Plan(
            evaluation.preset,
            evaluation.dataset.name,
            evaluation.dataset.size,
            sample.num_faces,
            compute.hardware,
            machine,
            groups,
        )
        if budget is None:
            return found
        fits = [Fit.of(evaluation.preset, found.total, budget, machine)]
        for preset, others in (at_presets or {}).items():
            if preset != evaluation.preset:
                fits.append(
                    by_operations(others, num_seeds, experiments, groups, rates, sample, machine, weights, budget)
                )
        return Plan(**{**vars(found), "fits": fits})


def _rates(label: str, stages: Sequence[StageEstimate]) -> Iterator[tuple[tuple[str, str], StepTime]]:
    for each in stages:
        if flops := each.work.mean_flops:
            yield (label, each.stage.name), StepTime(each.time.wall / flops, each.time.cpu / flops, each.time.measured)
