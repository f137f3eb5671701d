"""The ladders of a protocol: every degradation's rungs, each scored once and read from its file after that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.caching.code_version import code_version
from benchmark.caching.fingerprints import fingerprint
from benchmark.caching.plugin_source import entry_version
from benchmark.calibration.cached_ground_truth import CachedGroundTruth
from benchmark.calibration.degradations import DEGRADATIONS
from benchmark.calibration.scored_level import ScoredLevel, read_scored_level, score_level, write_scored_level
from benchmark.evaluation.context import EvaluationContext, TaskSet
from registry.catalogue import DATASET_CARDS, JUDGE_CARDS, METRIC_CARDS, PROTOCOL_CARDS, Entry

Ladders = Mapping[str, Sequence[ScoredLevel]]
"""By degradation, its rungs by growing strength; the first rung of all is one and the same."""


def scored_ladders(
    asked: TaskSet, context: EvaluationContext, metrics: Sequence[str], seed: int, folder: Path
) -> Ladders:
    """Score every rung that `folder` does not hold yet.

    Raises:
        Interrupted: if a stop was asked for; the rungs scored so far are kept.
    """
    dataset = CachedGroundTruth(context.dataset)
    inputs = _inputs(asked, context, metrics, seed)

    def rung_of(name: str, strength: float) -> ScoredLevel:
        path = folder / f"{fingerprint(inputs, name if strength else '', strength)[:32]}.npz"
        rung = read_scored_level(path)
        if rung is None:
            rung = score_level(name, strength, asked, dataset, context, metrics, seed)
            write_scored_level(path, rung)
        return rung

    truth = rung_of(next(iter(DEGRADATIONS)), 0)
    return {
        name: [truth, *(rung_of(name, strength) for strength in each.strengths if strength)]
        for name, each in DEGRADATIONS.items()
    }


def _inputs(asked: TaskSet, context: EvaluationContext, metrics: Sequence[str], seed: int) -> str:
    """Hash of all that decides what a rung holds, but for the degradation and its strength."""
    evaluation = context.evaluation
    entries: list[Entry[Any]] = [
        DATASET_CARDS.find(evaluation.dataset.name),
        PROTOCOL_CARDS.find(asked.protocol.name),
        *(METRIC_CARDS.find(each) for each in metrics),
        *(JUDGE_CARDS.find(each) for each in evaluation.judges),
    ]
    return fingerprint(
        asked.sha256,
        context.dataset.fingerprint,
        {role: facts.weights_sha256 for role, facts in context.judge_facts.items()},
        context.compute.described,
        evaluation.protocols[asked.protocol.name],
        list(metrics),
        seed,
        code_version("benchmark.calibration.scored_level"),
        [entry_version(each) for each in entries],
    )
