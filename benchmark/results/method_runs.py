"""The seeds of a method as one: found by name or folder, or grouped from many runs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmark.results.comparability import configuration, one_method
from benchmark.results.find_results import FinishedRun, read_run
from benchmark.results.run_folder import RESULT, edit_path, edits_folder
from benchmark.results.schema import Result
from benchmark.runtime.home_folder import expanded
from registry.errors import InputError, UnknownNameError, unknown


@dataclass(frozen=True)
class MethodRuns:
    """A method with every seed of it that was run.

    Attributes:
        name: its label, as in run folders, unless a comparison or a table calls it otherwise.
        runs: at least one, in the order of their seeds.
    """

    name: str
    runs: tuple[FinishedRun, ...]

    @property
    def first(self) -> Result:
        """What the lowest seed came to; all seeds share its method, variant, options and preset."""
        return self.runs[0].result

    @property
    def label(self) -> str:
        """The method with its variant, as in run folders."""
        return self.first.label

    @property
    def results(self) -> list[Result]:
        """One per seed."""
        return [run.result for run in self.runs]

    @property
    def seeds(self) -> tuple[int, ...]:
        """Those that were run, in order."""
        return tuple(run.result.seed for run in self.runs)

    @property
    def trained(self) -> bool:
        """Whether another seed would have given another method."""
        return self.first.kind == "learned"

    def edit(self, seed: int, protocol: str, task: int) -> Path:
        """The file of one seed's edit."""
        folder = next(run.path.parent for run in self.runs if run.result.seed == seed)
        return edit_path(edits_folder(folder, protocol), task)


def group_by_method(runs: Sequence[FinishedRun]) -> list[MethodRuns]:
    """Runs as methods, in the order of their first runs: seeds of one configuration that are not known to differ.

    An older result, which does not say its options, belongs to the first method of its configuration.
    """
    by_configuration: dict[tuple[str, ...], list[list[FinishedRun]]] = {}
    groups: list[list[FinishedRun]] = []
    for run in runs:
        alike = by_configuration.setdefault(configuration(run.result), [])
        group = next((group for group in alike if all(one_method(run.result, other.result) for other in group)), None)
        if group is None:
            group = []
            alike.append(group)
            groups.append(group)
        group.append(run)
    ordered = (sorted(group, key=lambda run: run.result.seed) for group in groups)
    return [MethodRuns(group[0].result.label, tuple(group)) for group in ordered]


def one_method_of(runs: Sequence[FinishedRun]) -> MethodRuns:
    """Runs as the seeds of one method.

    Raises:
        InputError: if they are not, naming two of them.
    """
    method, *others = group_by_method(runs)
    if others:
        other = others[0].runs[0]
        first = next(run for run in method.runs if not one_method(run.result, other.result))
        if configuration(first.result) != configuration(other.result):
            ours, theirs = (", ".join(configuration(run.result)) for run in (first, other))
            raise InputError(f"{first.path} ({ours}) and {other.path} ({theirs}) are not seeds of one method")
        both = f"{first.path} and {other.path} are not seeds of one method"
        raise InputError(f"{both}: {first.result.label} has other options or another checkpoint in each")
    return method


def find_methods(a: str, b: str, runs: Path, dataset: str | None = None) -> tuple[MethodRuns, MethodRuns]:
    """The two sides of a comparison, each as `find_method` finds it, under different names."""
    ours, theirs = find_method(a, runs, dataset), find_method(b, runs, dataset)
    if ours.name == theirs.name:
        return replace(ours, name=a), replace(theirs, name=b)
    return ours, theirs


def find_method(name: str, runs: Path, dataset: str | None = None) -> MethodRuns:
    """The runs of a method.

    Args:
        name: a method with its variant, as in run folders; or a run folder; or a folder of `seed*` run folders.
        runs: folder of all runs, where names are looked for.
        dataset: only runs on this dataset; needed where a name has runs on several.

    Raises:
        InputError: if there are none, they are on several datasets, or they are not seeds of one method.
        ResultError: if a result cannot be read.
    """
    found = [read_run(path) for path in _result_files(name, runs, dataset)]
    return one_method_of(sorted(found, key=lambda run: run.result.seed))


def _result_files(name: str, runs: Path, dataset: str | None) -> list[Path]:
    folder = expanded(name)
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
