"""Assembles a run's result from its experiment, context, scores and cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from benchmark.config.experiment import Experiment
from benchmark.evaluation.context import EvaluationContext
from benchmark.evaluation.prepare_metrics import weights_of
from benchmark.results.schema import Cost, MetricInfo, ProtocolResult, Result
from benchmark.runtime.version import installed_version
from benchmark.weights.locate import Weights
from registry.catalogue import METRIC_CARDS, PROTOCOL_CARDS

NO_COST = Cost(parameters=0, flops=None, train_seconds=None, edit_ms=None, peak_memory_mib=None, device="")


@dataclass(frozen=True)
class MethodInfo:
    """What a result says of its method.

    Attributes:
        origin: where the weights come from.
        notes: what the method says of its own training.
    """

    kind: Literal["learned", "reference", "real"]
    title: str
    origin: Literal["trained", "published", "pretrained", "none"]
    weights_sha256: str | None
    notes: dict[str, str]


def result_of(
    experiment: Experiment,
    context: EvaluationContext,
    facts: MethodInfo,
    protocols: dict[str, ProtocolResult],
    cost: Cost,
) -> Result:
    """The result of a run."""
    published_sha256 = facts.weights_sha256 if facts.origin == "published" else None
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
        metrics=_metric_facts(list(protocols), experiment.evaluation.metrics, context.weights),
        protocols=protocols,
        cost=cost,
        experiment_sha256=experiment.sha256(),
        configuration_sha256=experiment.configuration_sha256(published_sha256),
        benchmark_version=installed_version(),
    )


def _metric_facts(protocols: Sequence[str], added: Sequence[str], weights: Weights) -> dict[str, MetricInfo]:
    """Facts of the metrics that the protocols show, in the order of their cards, of those added, then of the costs."""
    fields = set(MetricInfo.model_fields)
    shown = [name for protocol in protocols for name in PROTOCOL_CARDS.find(protocol).card.metrics]
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
