"""Assembles a run's result from its experiment, context, scores and cost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from types import MappingProxyType
from typing import Literal

from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.experiment import Experiment
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.evaluation.prepare_metrics import weights_of
from benchmark.evaluation.score_edits import Scores
from benchmark.results.run_folder import cost_path, scores_path
from benchmark.results.schema import Cost, MetricInfo, ProtocolResult, Result, Value, WeightsOrigin
from benchmark.runtime.atomic_files import sha256_of
from benchmark.runtime.version import installed_version
from benchmark.training.train import TrainingTime
from benchmark.weights.locate import Weights
from registry.catalogue import METRIC_CARDS, PROTOCOL_CARDS

NO_TASKS = hashlib.sha256(b"[]").hexdigest()
"""Hash of a task table without a row."""
NO_COST = Cost(parameters=0, flops=None, train_seconds=None, edit_ms=None, peak_memory_mib=None, device="")


def cost_of_edits(folder: Path, protocols: Iterable[str], hardware: str, training: TrainingTime | None) -> Cost:
    """The cost of a run's method, as its edits under several protocols measured it on one machine.

    Args:
        folder: of the run.
        protocols: whose edits are those of this code; others may lie beside them.
        hardware: that of this machine, whose measurements go before those of others; named where there are none.
        training: None where nothing was trained.
    """
    trained = {} if training is None else {"train_seconds": training.seconds, "train_cpu_seconds": training.cpu_seconds}
    cost = NO_COST.model_copy(update={"device": hardware, **trained})
    paths = [cost_path(folder, protocol) for protocol in sorted(protocols)]
    measurements = [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]
    if not measurements:
        return cost
    devices = [measured["device"] for measured in measurements]
    device = hardware if hardware in devices else devices[0]
    found = [measured for measured in measurements if measured["device"] == device]
    peaks = [measured["peak_memory_mib"] for measured in found if measured["peak_memory_mib"]]
    return cost.model_copy(
        update={
            "parameters": found[0]["parameters"],
            "flops": found[0]["flops"],
            "edit_ms": mean(measured["edit_ms"] for measured in found),
            "peak_memory_mib": max(peaks, default=None),
            "device": device,
        }
    )


@dataclass(frozen=True)
class MethodInfo:
    """What a result says of its method.

    Attributes:
        origin: where the weights come from.
        notes: what the method says of its own training.
    """

    kind: Literal["learned", "reference", "real"]
    title: str
    origin: WeightsOrigin
    weights_sha256: str | None
    notes: dict[str, str]


def result_of(
    experiment: Experiment,
    context: EvaluationContext,
    facts: MethodInfo,
    protocols: dict[str, ProtocolResult],
    cost: Cost,
    option_weights: Mapping[str, str | None] = MappingProxyType({}),
) -> Result:
    """The result of a run.

    Args:
        experiment: its lengths of training in iterations.
        context: of the evaluation.
        facts: of the method.
        protocols: by name.
        cost: of the method.
        option_weights: SHA-256 of the weights files that its options name, by option.
    """
    checkpoint_sha256 = facts.weights_sha256 if facts.origin in ("published", "checkpoint") else None
    return Result(
        kind=facts.kind,
        method=experiment.method.name,
        title=facts.title,
        variant=experiment.method.variant,
        seed=experiment.method.seed,
        preset=experiment.evaluation.preset,
        dataset=experiment.evaluation.dataset.name,
        dataset_facts=context.dataset_facts,
        weights_origin=facts.origin,
        weights_sha256=facts.weights_sha256,
        notes=facts.notes,
        judges=context.judge_facts,
        metrics=metric_facts(list(protocols), experiment.evaluation, context.weights),
        protocols=protocols,
        cost=cost,
        experiment_sha256=experiment.sha256(option_weights),
        configuration_sha256=experiment.configuration_sha256(checkpoint_sha256, option_weights),
        benchmark_version=installed_version(),
    )


def protocol_result(task_set: TaskSet, scores: Scores | None, reason: str | None) -> ProtocolResult:
    """A protocol's part of the result."""
    return ProtocolResult(
        title=PROTOCOL_CARDS.find(task_set.protocol.name).card.title,
        num_tasks=len(task_set.tasks),
        tasks_sha256=task_set.sha256,
        rule=task_set.protocol.rule,
        metrics={} if scores is None else scores.cells,
        breakdown={} if scores is None else {name: each for name, each in scores.breakdown.items() if each},
        attributes={} if scores is None else scores.attributes,
        strengths={} if scores is None else scores.strengths,
        losses={} if scores is None else scores.losses,
        reason=reason,
        num_scored=len(task_set.tasks) - scores.num_missing if scores is not None and scores.num_missing else None,
    )


def with_scores(result: Result, folder: Path) -> Result:
    """The result with the hashes of the scores that a run's folder has of its protocols."""
    hashes = {
        name: sha256_of(path)
        for name, protocol in result.protocols.items()
        if protocol.reason is None and (path := scores_path(folder, name)).is_file()
    }
    protocols = {
        name: protocol.model_copy(update={"scores_sha256": hashes.get(name)})
        for name, protocol in result.protocols.items()
    }
    return result.model_copy(update={"protocols": protocols})


def left_out(name: str, task_set: TaskSet | None, reason: str) -> ProtocolResult:
    """The part of a protocol in which the method takes none; without a task set, its tasks cannot be drawn."""
    if task_set is not None:
        return protocol_result(task_set, None, reason)
    title = PROTOCOL_CARDS.find(name).card.title
    return ProtocolResult(title=title, num_tasks=0, tasks_sha256=NO_TASKS, rule="", metrics={}, reason=reason)


def real_result(task_set: TaskSet, scores: Scores) -> ProtocolResult:
    """The part of the real images: where they have no figure, the reason is that they are not edits."""
    result = protocol_result(task_set, scores, None)
    groups = {"attributes": result.attributes, "strengths": result.strengths}
    of_groups = {
        kind: {name: _of_real_images(cells) for name, cells in figures.items()} for kind, figures in groups.items()
    }
    cells = {"metrics": _of_real_images(result.metrics), "losses": _of_real_images(result.losses)}
    return result.model_copy(update={**cells, **of_groups})


def _of_real_images(cells: Mapping[str, Value]) -> dict[str, Value]:
    return {
        name: cell.model_copy(update={"reason": "real images are not edits"}) if cell.value is None else cell
        for name, cell in cells.items()
    }


def metric_facts(protocols: Sequence[str], evaluation: EvaluationSpec, weights: Weights) -> dict[str, MetricInfo]:
    """Facts of the metrics that the protocols show, in the order of their cards, of those added, then of the costs."""
    fields = set(MetricInfo.model_fields)
    shown = [name for protocol in protocols for name in PROTOCOL_CARDS.find(protocol).card.metrics]
    added = [name for protocol in protocols for name in evaluation.metrics_of(protocol)]
    costs = [entry.card.name for entry in METRIC_CARDS if entry.card.level == "cost"]
    return {
        name: MetricInfo.model_validate(
            {
                **METRIC_CARDS.find(name).card.model_dump(include=fields),
                "weights_sha256": " ".join(file.sha256 for file in weights_of(name, weights)) or None,
            }
        )
        for name in dict.fromkeys([*shown, *added, *costs])
    }
