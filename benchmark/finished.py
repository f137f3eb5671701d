"""Recognises a run that is finished without importing anything heavy, so that a repeated command returns at once."""

from __future__ import annotations

from pathlib import Path

from benchmark.experiment import Experiment
from benchmark.files import sha256_of
from benchmark.results import Result, ResultError, read_result
from benchmark.stamps import Stamps, code_version, stamp_of, tree_version
from registry.catalogue import METHOD_CARDS

FINISHED = "finished"


def finished_result(experiment: Experiment, runs: Path) -> Result | None:
    """The run's result, if it still answers to the experiment, the code, and the files it was made from; else None."""
    folder = experiment.folder(runs)
    path = folder / "result.json"
    if not path.is_file() or Stamps(folder).get(FINISHED) != finished_stamp(experiment):
        return None
    try:
        return read_result(path)
    except ResultError:
        return None


def finished_stamp(experiment: Experiment) -> str:
    """Hash of everything that a result depends on, as far as it can be known from files alone."""
    root, checkpoint = experiment.dataset.root, experiment.checkpoint
    return stamp_of(
        experiment.model_dump(mode="json"),
        code_version("benchmark", "methods", "registry", suffixes=(".py", ".yaml")),
        method_code(experiment.method),
        tree_version(Path(root)) if root is not None else None,
        sha256_of(Path(checkpoint)) if checkpoint is not None and Path(checkpoint).is_file() else None,
    )


def method_code(method: str) -> str | None:
    """Hash of a method's own source: its package, or the file of the plug-in that registered it."""
    if method not in METHOD_CARDS:
        return None
    entry = METHOD_CARDS.find(method)
    module = entry.card.entry.partition(":")[0]
    if module:
        return code_version(module.rpartition(".")[0] or module)
    return sha256_of(Path(entry.place)) if Path(entry.place).is_file() else None
