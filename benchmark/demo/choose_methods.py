"""Which methods the page has: those named, or all of finished runs that can edit a face of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.config.resolve import evaluation_part, resolve_evaluation
from benchmark.config.sources import read_config
from benchmark.photographs.load_methods import ChosenMethod, choose_methods
from benchmark.results.find_results import read_results, result_files
from benchmark.results.run_folder import EXPERIMENT
from benchmark.results.schema import Result
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError


def methods_of_page(names: Sequence[str], runs: Path, dataset: str | None) -> list[ChosenMethod]:
    """The methods, of each the run of its lowest seed.

    Args:
        names: methods with their variants, or run folders; where empty, all that have a finished run.
        runs: folder of all runs.
        dataset: the dataset, where methods have runs on several.

    Raises:
        InputError: if a method cannot be had, or none has a run, by whose judges faces are read.
    """
    chosen = choose_methods(names or _finished(runs, dataset), runs, dataset)
    if not any(method.run for method in chosen):
        raise InputError(
            f"{runs} has no finished run of a method that edits: make one by `bench run --method NAME`, or name the "
            "folder of your runs by --runs"
        )
    return chosen


def first_run(methods: Sequence[ChosenMethod]) -> Path:
    """The run whose judges read faces: that of the first method that has one."""
    return next(method.run for method in methods if method.run is not None)


def side_of(methods: Sequence[ChosenMethod]) -> int:
    """Side in pixels of the faces that are edited: the largest of the runs."""
    parts = [evaluation_part(read_config(method.run / EXPERIMENT)) for method in methods if method.run is not None]
    return max(resolve_evaluation([part]).dataset.size for part in parts)


def _finished(runs: Path, dataset: str | None) -> list[str]:
    if not runs.is_dir():
        raise InputError(f"--runs {runs} is no folder")
    found, _ = read_results(result_files([str(runs)]))
    results = [run.result for run in found if dataset in (None, run.result.dataset)]
    return list(dict.fromkeys(result.label for result in results if _edits(result)))


def _edits(result: Result) -> bool:
    """Whether more edits can be had of a run's method: not of true results, real faces, or what was made elsewhere."""
    if result.kind == "real" or result.weights_origin == "external" or result.method not in METHOD_CARDS:
        return False
    return not METHOD_CARDS.find(result.method).card.sees_oracle
