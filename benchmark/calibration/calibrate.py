"""Calibrates metrics: known errors of graded strength, scored as a run is, and what each metric makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmark.calibration.caveats import caveats_of
from benchmark.calibration.curves import calibrated_metrics
from benchmark.calibration.degradations import DEGRADATIONS
from benchmark.calibration.sample_sheet import write_strips
from benchmark.calibration.schema import Calibration, DegradationInfo, ProtocolCalibration
from benchmark.calibration.severity_levels import Ladders, scored_ladders
from benchmark.calibration.subsample_metrics import DRAWS
from benchmark.calibration.subsampling import subsample_sizes
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.results.schema import MetricInfo
from registry.catalogue import METRIC_CARDS, PROTOCOL_CARDS
from registry.errors import InputError

MIN_TASKS = 8
"""Halves of fewer tell nothing of chance."""


def check_metrics(named: Sequence[str]) -> None:
    """Refuse names that nothing answers to, and costs, before hours of work.

    Raises:
        InputError: naming the metric.
    """
    for name in named:
        if METRIC_CARDS.find(name).card.level == "cost":
            raise InputError(f"metric {name!r} is a cost, which no image decides; a calibration has no use for it")


def calibrate(context: EvaluationContext, metrics: Sequence[str], seed: int, folder: Path, command: str) -> Calibration:
    """Calibrate metrics under every protocol of the context's evaluation.

    Args:
        context: dataset, tasks and judges.
        metrics: registered metrics of images and of sets; empty for those that the evaluation has.
        seed: of the degradations and of the subsamples.
        folder: takes a file a rung, from which the same calibration goes on, and a sheet of samples a protocol.
        command: what the result says it was made by.

    Raises:
        InputError: if the true edits are not known, or the tasks are too few.
        Interrupted: if a stop was asked for; the rungs scored so far are kept.
    """
    every = context.task_sets(context.evaluation.protocols)
    for asked in every:
        _check(asked, context)
    protocols = {asked.protocol.name: _calibrated(asked, context, metrics, seed, folder) for asked in every}
    facts = {name: _facts(name) for each in protocols.values() for name in each.metrics}
    return Calibration(
        command=command,
        seed=seed,
        draws=dict(DRAWS),
        dataset=context.dataset.name,
        dataset_facts=context.dataset_facts,
        judges=context.judge_facts,
        metrics=facts,
        protocols=protocols,
        caveats=caveats_of(facts, protocols),
    )


def _check(asked: TaskSet, context: EvaluationContext) -> None:
    name, dataset = asked.protocol.name, context.dataset
    if asked.protocol.batch(dataset, asked.tasks.iloc[:1]).oracle is None:
        raise InputError(
            f"{dataset.name} does not know the true results of {name}, which a calibration degrades; "
            "rendered-faces does"
        )
    if len(asked.tasks) < MIN_TASKS:
        raise InputError(f"a calibration needs {MIN_TASKS} tasks at least; {name} has {len(asked.tasks)} here")


def _calibrated(
    asked: TaskSet, context: EvaluationContext, metrics: Sequence[str], seed: int, folder: Path
) -> ProtocolCalibration:
    name = asked.protocol.name
    card = PROTOCOL_CARDS.find(name).card
    chosen = list(dict.fromkeys(metrics)) or context.evaluation.metrics_of(name)
    ladders = scored_ladders(asked, context, chosen, seed, folder / "rungs")
    samples = folder / f"samples-{name}.png"
    write_strips(samples, asked, context.dataset, seed)
    return ProtocolCalibration(
        title=card.title,
        num_tasks=len(asked.tasks),
        tasks_sha256=asked.sha256,
        rule=asked.protocol.rule,
        sizes=subsample_sizes(len(asked.tasks)),
        degradations=_degradations(ladders),
        metrics=calibrated_metrics(chosen, ladders, context, seed),
        samples=samples.name,
    )


def _degradations(ladders: Ladders) -> dict[str, DegradationInfo]:
    return {
        name: DegradationInfo(
            title=each.title,
            unit=each.unit,
            summary=each.summary,
            strengths=list(each.strengths),
            errors=[float(np.sqrt(rung.squared_errors.mean())) for rung in ladders[name]],
        )
        for name, each in DEGRADATIONS.items()
    }


def _facts(metric: str) -> MetricInfo:
    """What pages must know of a metric; its caveats are what is being found out."""
    card = METRIC_CARDS.find(metric).card
    return MetricInfo.model_validate(card.model_dump(include=set(MetricInfo.model_fields) - {"caveats"}))
