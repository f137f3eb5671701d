"""Calibrates metrics: scores known errors of graded strength as a run is scored, and judges every metric by them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmark.calibration.caveats import caveats_of
from benchmark.calibration.curves import calibrated_metrics
from benchmark.calibration.degradation_sheet import write_sample_sheet
from benchmark.calibration.degradations import DEGRADATIONS
from benchmark.calibration.schema import AttributeCalibration, Calibration, DegradationInfo, ProtocolCalibration
from benchmark.calibration.severity_levels import ScoredLevels, levels_of_attribute, score_levels
from benchmark.calibration.subsample_metrics import DRAWS
from benchmark.calibration.subsampling import subsample_sizes
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.evaluation.group_values import GroupTasks
from benchmark.protocols.task_batches import tasks_by_attribute
from benchmark.results.schema import MetricInfo
from benchmark.results.task_groups import TaskGroups
from registry.catalogue import METRIC_CARDS, PROTOCOL_CARDS
from registry.errors import InputError

MIN_TASKS = 8
"""Halves of fewer tasks do not show how far chance goes."""


def check_metrics(names: Sequence[str]) -> None:
    """Refuse unknown metrics and costs before hours of work.

    Raises:
        InputError: naming the metric.
    """
    for name in names:
        if METRIC_CARDS.find(name).card.level == "cost":
            raise InputError(
                f"metric {name!r} is a cost, which does not depend on images; leave it out of a calibration"
            )


def calibrate(context: EvaluationContext, metrics: Sequence[str], seed: int, folder: Path, command: str) -> Calibration:
    """Calibrate metrics under every protocol of the context's evaluation.

    Args:
        context: dataset, tasks and judges.
        metrics: registered metrics of images and of sets; empty for those that the evaluation has.
        seed: of the degradations and of the subsamples.
        folder: gets one file per severity level, from which the same calibration resumes, and one sheet of samples per
            protocol.
        command: recorded in the result as the command that made it.

    Raises:
        InputError: if the true edits are not known, or the tasks are too few.
        Interrupted: if a stop was requested; the levels scored so far are kept.
    """
    task_sets = context.task_sets(context.evaluation.protocols)
    for task_set in task_sets:
        _check(task_set, context)
    protocols = {
        task_set.protocol.name: _calibrated(task_set, context, metrics, seed, folder) for task_set in task_sets
    }
    metric_info = {name: _info(name) for protocol in protocols.values() for name in protocol.metrics}
    return Calibration(
        command=command,
        seed=seed,
        draws=dict(DRAWS),
        dataset=context.dataset.name,
        dataset_facts=context.dataset_facts,
        judges=context.judge_facts,
        metrics=metric_info,
        protocols=protocols,
        caveats=caveats_of(metric_info, protocols),
    )


def _check(task_set: TaskSet, context: EvaluationContext) -> None:
    name, dataset = task_set.protocol.name, context.dataset
    parts = tasks_by_attribute(task_set.tasks)
    for tasks in parts:
        which = f"{name}, {tasks['attribute'].iloc[0]}," if len(parts) > 1 else name
        if task_set.protocol.batch(dataset, tasks.iloc[:1]).oracle is None:
            raise InputError(
                f"the true results of these tasks of {which} on {dataset.name} are not known, which a calibration "
                "degrades; those of whole edits on rendered-faces are"
            )
        if len(tasks) < MIN_TASKS:
            raise InputError(f"a calibration needs at least {MIN_TASKS} tasks; {which} has {len(tasks)} here")


def _calibrated(
    task_set: TaskSet, context: EvaluationContext, metrics: Sequence[str], seed: int, folder: Path
) -> ProtocolCalibration:
    name = task_set.protocol.name
    card = PROTOCOL_CARDS.find(name).card
    chosen = list(dict.fromkeys(metrics)) or context.evaluation.metrics_of(name)
    levels = score_levels(task_set, context, chosen, seed, folder / "rungs")
    samples = folder / f"samples-{name}.png"
    write_sample_sheet(samples, task_set, context.dataset, seed)
    return ProtocolCalibration(
        title=card.title,
        num_tasks=len(task_set.tasks),
        tasks_sha256=task_set.sha256,
        rule=task_set.protocol.rule,
        sizes=subsample_sizes(len(task_set.tasks)),
        degradations=_degradations(levels),
        metrics=calibrated_metrics(chosen, levels, context, seed, TaskGroups.of(task_set.tasks)),
        samples=samples.name,
        attributes={
            part.name: _of_attribute(part, chosen, levels, context, seed)
            for part in GroupTasks.of(task_set.tasks, {})
            if part.by == "attribute"
        },
    )


def _of_attribute(
    part: GroupTasks, metrics: Sequence[str], levels: ScoredLevels, context: EvaluationContext, seed: int
) -> AttributeCalibration:
    number = int(part.tasks.sum())
    levels = levels_of_attribute(levels, part.name, part.tasks)
    alone = TaskGroups("attribute", (part.name,), np.zeros(number, np.intp))
    return AttributeCalibration(
        num_tasks=number,
        sizes=subsample_sizes(number),
        metrics=calibrated_metrics(metrics, levels, context, seed, alone),
    )


def _degradations(levels: ScoredLevels) -> dict[str, DegradationInfo]:
    return {
        name: DegradationInfo(
            title=degradation.title,
            unit=degradation.unit,
            summary=degradation.summary,
            strengths=list(degradation.strengths),
            errors=[float(np.sqrt(level.squared_errors.mean())) for level in levels[name]],
        )
        for name, degradation in DEGRADATIONS.items()
    }


def _info(metric: str) -> MetricInfo:
    """What pages need to know of a metric, without its caveats, which the calibration is to find."""
    card = METRIC_CARDS.find(metric).card
    return MetricInfo.model_validate(card.model_dump(include=set(MetricInfo.model_fields) - {"caveats"}))
