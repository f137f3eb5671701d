"""The severity levels of a protocol: every degradation's strengths, each scored once and then read from its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.caching.code_version import code_version
from benchmark.caching.fingerprints import fingerprint
from benchmark.caching.plugin_source import entry_version
from benchmark.calibration.cached_ground_truth import CachedGroundTruth
from benchmark.calibration.degradations import DEGRADATIONS
from benchmark.calibration.scored_level import ScoredLevel, read_scored_level, score_level, write_scored_level
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.runtime.checked_files import DamagedFileError
from registry.catalogue import DATASET_CARDS, JUDGE_CARDS, METRIC_CARDS, PROTOCOL_CARDS, Entry

ScoredLevels = Mapping[str, Sequence[ScoredLevel]]
"""By degradation, its levels by growing strength; the first level, without degradation, is shared by all."""


def score_levels(
    task_set: TaskSet, context: EvaluationContext, metrics: Sequence[str], seed: int, folder: Path
) -> ScoredLevels:
    """Score every level that `folder` does not have yet.

    Raises:
        Interrupted: if a stop was requested; the levels scored so far are kept.
    """
    dataset = CachedGroundTruth(context.dataset)
    inputs = _inputs(task_set, context, metrics, seed)

    def level_of(name: str, strength: float) -> ScoredLevel:
        path = folder / f"{fingerprint(inputs, name if strength else '', strength)[:32]}.npz"
        try:
            level = read_scored_level(path)
        except DamagedFileError as error:
            context.reporter.say(f"{error}; the level is scored anew")
            level = None
        if level is None:
            level = score_level(name, strength, task_set, dataset, context, metrics, seed)
            write_scored_level(path, level)
        return level

    undegraded = level_of(next(iter(DEGRADATIONS)), 0)
    return {
        name: [undegraded, *(level_of(name, strength) for strength in degradation.strengths if strength)]
        for name, degradation in DEGRADATIONS.items()
    }


def levels_of_attribute(levels: ScoredLevels, name: str, tasks: NDArray[np.bool_]) -> ScoredLevels:
    """The same levels on the tasks of one attribute alone, chosen by `tasks` (T,)."""
    unique = {id(level): level for of_degradation in levels.values() for level in of_degradation}
    parts = {key: level.of_attribute(name, tasks) for key, level in unique.items()}
    return {
        degradation: [parts[id(level)] for level in of_degradation] for degradation, of_degradation in levels.items()
    }


def _inputs(task_set: TaskSet, context: EvaluationContext, metrics: Sequence[str], seed: int) -> str:
    """Hash of everything that decides a level's scores, except the degradation and its strength."""
    evaluation = context.evaluation
    entries: list[Entry[Any]] = [
        DATASET_CARDS.find(evaluation.dataset.name),
        PROTOCOL_CARDS.find(task_set.protocol.name),
        *(METRIC_CARDS.find(metric) for metric in metrics),
        *(JUDGE_CARDS.find(judge) for judge in evaluation.judges),
    ]
    return fingerprint(
        task_set.sha256,
        context.dataset.fingerprint,
        {role: facts.weights_sha256 for role, facts in context.judge_facts.items()},
        context.compute.described,
        evaluation.protocols[task_set.protocol.name],
        list(metrics),
        seed,
        code_version("benchmark.calibration.scored_level"),
        [entry_version(entry) for entry in entries],
    )
