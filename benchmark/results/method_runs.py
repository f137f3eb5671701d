"""Finds the finished runs that a method's name, or a folder, stands for."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from benchmark.results.comparability import configuration, one_method
from benchmark.results.schema import Result, read_result
from registry.errors import InputError, UnknownNameError, unknown

RESULT = "result.json"


@dataclass(frozen=True)
class FoundRun:
    """A finished run.

    Attributes:
        path: its `result.json`, with its scores beside it.
    """

    path: Path
    result: Result


@dataclass(frozen=True)
class Contender:
    """One side of a comparison: a method, with every seed of it that was run.

    Attributes:
        name: its label, as in run folders, unless that is the other side's too.
        runs: at least one, in the order of their seeds.
    """

    name: str
    runs: tuple[FoundRun, ...]

    @property
    def trained(self) -> bool:
        """Whether another seed would have given another method."""
        return self.runs[0].result.kind == "learned"


def find_contenders(a: str, b: str, runs: Path, dataset: str | None = None) -> tuple[Contender, Contender]:
    """The two sides of a comparison, each as `find_contender` finds it, under names that tell them apart."""
    ours, theirs = find_contender(a, runs, dataset), find_contender(b, runs, dataset)
    if ours.name == theirs.name:
        return replace(ours, name=a), replace(theirs, name=b)
    return ours, theirs


def find_contender(name: str, runs: Path, dataset: str | None = None) -> Contender:
    """The runs of a method.

    Args:
        name: a method with its variant, as in run folders; or a run folder; or a folder of `seed*` run folders.
        runs: folder of all runs, where names are looked for.
        dataset: only runs on this dataset; needed where a name has runs on several.

    Raises:
        InputError: if there are none, they are on several datasets, or they are not seeds of one method.
        ResultError: if a result cannot be read.
    """
    found = tuple(FoundRun(path, read_result(path)) for path in _result_files(name, runs, dataset))
    found = tuple(sorted(found, key=lambda run: run.result.seed))
    for first, other in combinations(found, 2):
        if configuration(other.result) != configuration(first.result):
            ours, theirs = (", ".join(configuration(run.result)) for run in (first, other))
            raise InputError(f"{first.path} ({ours}) and {other.path} ({theirs}) are not seeds of one method")
        if not one_method(first.result, other.result):
            both = f"{first.path} and {other.path} are not seeds of one method"
            raise InputError(f"{both}: {first.result.label} has other options or another checkpoint in each")
    return Contender(found[0].result.label, found)


def _result_files(name: str, runs: Path, dataset: str | None) -> list[Path]:
    folder = Path(name)
    within = [folder / RESULT] if (folder / RESULT).is_file() else list(folder.glob(f"seed*/{RESULT}"))
    if within:
        return within
    if os.sep in name:
        raise InputError(f"{name} holds no {RESULT}, and no seed*/{RESULT}")
    if not runs.is_dir():
        raise InputError(f"runs folder {runs} does not exist")
    # runs/<dataset>/<label>/seed<k>/result.json
    every = list(runs.glob(f"*/*/seed*/{RESULT}"))
    datasets = {path.parts[-4] for path in every}
    if dataset is not None and dataset not in datasets:
        raise UnknownNameError(unknown(f"dataset of the runs in {runs}", dataset, datasets))
    chosen = [path for path in every if dataset in (None, path.parts[-4])]
    mine = [path for path in chosen if path.parts[-3] == name]
    if not mine:
        raise UnknownNameError(unknown(f"method of the runs in {runs}", name, {path.parts[-3] for path in chosen}))
    where = sorted({path.parts[-4] for path in mine})
    if len(where) > 1:
        raise InputError(f"{name} has runs on {' and '.join(where)}; choose one with --dataset")
    return mine
