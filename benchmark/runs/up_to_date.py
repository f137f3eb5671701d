"""Recognises a run that is finished without importing anything heavy, so that a repeated command returns at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmark.caching.code_version import code_version
from benchmark.caching.file_record import FILES, changed_files
from benchmark.caching.fingerprints import TRAINING_CODE, StageState, fingerprint, tree_version
from benchmark.caching.plugin_source import entry_version
from benchmark.config.experiment import Experiment
from benchmark.editing.option_weights import SUFFIX
from benchmark.results.run_folder import RESULT
from benchmark.results.schema import Result, read_result
from benchmark.runtime.atomic_files import sha256_of
from benchmark.runtime.json_files import ResultError
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import Weights, manifest
from registry.catalogue import (
    DATASET_CARDS,
    JUDGE_CARDS,
    METHOD_CARDS,
    METRIC_CARDS,
    PROTOCOL_CARDS,
    Catalogue,
    Entry,
)

FINISHED = "finished"


def finished_result(
    experiment: Experiment, runs: Path, weights: Weights, reporter: Reporter | None = None
) -> Result | None:
    """The run's result, if it still answers to the experiment, the code, and the files it was made from; else None.

    None too where the result or another part of it, such as scores, is not as it was written; `reporter` then says so.
    """
    folder = experiment.folder(runs)
    path = folder / RESULT
    if not path.is_file():
        return None
    finished = StageState(folder).get(FINISHED)
    if not isinstance(finished, dict) or finished.get("stamp") != finished_stamp(experiment, weights):
        return None
    if changed := changed_files(folder, finished[FILES]):
        if reporter is not None:
            reporter.say(f"{changed[0]} is not as it was written; the run is scored anew")
        return None
    try:
        return read_result(path)
    except ResultError:
        return None


CODE = (
    TRAINING_CODE,
    "benchmark.editing.edit_tasks",
    "benchmark.evaluation.score_edits",
    "benchmark.evaluation.context",
    "benchmark.runs.assemble_result",
)
"""The modules that make a result, with what they import, beside what is registered."""
NOT_IN_RESULTS = {"summary", "paper", "licence", "ablation", "options", "presets", "variants", "timeout"}
"""What cards say to people, or for other commands; options count as they are resolved, in the experiment."""


def finished_stamp(experiment: Experiment, weights: Weights) -> str:
    """Hash of everything that a result depends on, as far as it can be known from files alone."""
    root, checkpoint = experiment.evaluation.dataset.root, experiment.method.checkpoint
    return fingerprint(
        experiment.settings(),
        code_version(*CODE),
        [
            (entry.card.model_dump(mode="json", exclude=NOT_IN_RESULTS), entry_version(entry))
            for entry in _registered(experiment)
        ],
        tree_version(Path(root)) if root is not None else None,
        sha256_of(Path(checkpoint)) if checkpoint is not None and Path(checkpoint).is_file() else None,
        _weights_version(weights),
        _option_files_version(experiment),
    )


def _weights_version(weights: Weights) -> list[tuple[str, str, str, int, int]]:
    """Place, size and time of every weights file that there is, so that one put there scores anew; none is read."""
    found = [(file, path, path.stat()) for file in manifest().values() for path in weights.places(file)]
    return [(file.id, file.sha256, str(path), facts.st_size, facts.st_mtime_ns) for file, path, facts in found]


def _option_files_version(experiment: Experiment) -> list[tuple[str, int, int]]:
    """Size and time of every weights file that an option of the method names by its path; none is read."""
    options = experiment.method.options
    named = {name: Path(str(value)) for name, value in options.items() if name.endswith(SUFFIX) and value}
    found = [(name, path.stat()) for name, path in named.items() if path.is_file()]
    return [(name, facts.st_size, facts.st_mtime_ns) for name, facts in found]


def _registered(experiment: Experiment) -> Iterator[Entry[Any]]:
    """Everything that the run finds by its name, and so may come from a plug-in; in an order of its own."""
    evaluation = experiment.evaluation
    protocols = sorted(evaluation.protocols)
    named: list[tuple[Catalogue[Any], list[str]]] = [
        (PROTOCOL_CARDS, protocols),
        (METHOD_CARDS, [experiment.method.name] if experiment.method.name in METHOD_CARDS else []),
        (DATASET_CARDS, [evaluation.dataset.name]),
        (METRIC_CARDS, [name for protocol in protocols for name in evaluation.metrics_of(protocol)]),
        (JUDGE_CARDS, sorted(evaluation.judges)),
    ]
    yield from (catalogue.find(name) for catalogue, names in named for name in names)
