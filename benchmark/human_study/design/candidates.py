"""The runs that a study is drawn from: which methods' edits of the same tasks can be shown, and their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd

from benchmark.results.comparability import SHORT_HASH, one_method
from benchmark.results.find_results import Run
from benchmark.results.run_folder import edit_path, edits_folder
from benchmark.results.schema import Result
from benchmark.results.task_scores import TaskScores
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError, UnknownNameError, unknown


@dataclass(frozen=True)
class Entrant:
    """A method with every seed of it that was run.

    Attributes:
        label: with its variant, as in run folders.
        runs: in the order of their seeds.
    """

    label: str
    runs: tuple[Run, ...]

    @property
    def seeds(self) -> list[int]:
        """Of its runs."""
        return [result.seed for _, result in self.runs]

    def edit(self, seed: int, protocol: str, task: int) -> Path:
        """The file of an edit."""
        folder = next(path.parent for path, result in self.runs if result.seed == seed)
        return edit_path(edits_folder(folder, protocol), task)


@dataclass(frozen=True)
class Candidates:
    """What a study is drawn from.

    Attributes:
        methods: those to be judged.
        given: by an input of the task (target, source), the reference method whose edits are copies of it, where it was
            run: run folders hold no other copy of it.
        tasks: by protocol, the tasks: `task`, `target`, `source` and `attribute`, in the order of their numbers.
        tasks_sha256: by protocol, of its task table.
        left_out: by label, why a method that was not requested by name is not among `methods`.
    """

    methods: tuple[Entrant, ...]
    given: Mapping[str, Entrant]
    tasks: Mapping[str, pd.DataFrame]
    tasks_sha256: Mapping[str, str]
    dataset: str
    size: int
    left_out: Mapping[str, str]

    @property
    def labels(self) -> list[str]:
        """Of the methods."""
        return [method.label for method in self.methods]

    def method(self, label: str) -> Entrant:
        """The method of a label."""
        return next(method for method in self.methods if method.label == label)


def find_candidates(runs: Sequence[Run], protocols: Sequence[str], methods: Sequence[str] = ()) -> Candidates:
    """The methods whose edits can be shown side by side.

    Args:
        runs: finished ones, on one dataset.
        protocols: whose tasks are shown.
        methods: labels, of reference methods too; every learned method that took part in all protocols where none is
            named.

    Raises:
        UnknownNameError: if no run is of a method, or has a protocol.
        InputError: if methods cannot be shown together, naming what differs.
        ResultError: if the tasks cannot be read.
    """
    labels = {result.label for _, result in runs if result.kind != "real"}
    for name in methods:
        if name not in labels:
            raise UnknownNameError(unknown("method of these runs", name, labels))
    known = {name for _, result in runs for name in result.protocols}
    for name in protocols:
        if name not in known:
            raise UnknownNameError(unknown("protocol of these runs", name, known))
    requested = list(methods) or sorted({result.label for _, result in runs if result.kind == "learned"})
    lacking = {label: why for label in requested if (why := _lack(label, runs, protocols)) is not None}
    if lacking and methods:
        raise InputError("; ".join(f"{label}: {why}" for label, why in lacking.items()))
    found = [_entrant(label, runs) for label in requested if label not in lacking]
    if not found:
        raise InputError(f"no learned method was run under {' and '.join(protocols)}; name methods by --methods")
    copies = {entry.card.returns_copy_of: entry.card.name for entry in METHOD_CARDS if entry.card.returns_copy_of}
    given = {
        what: _entrant(copies[what], runs)
        for what in ("target", "source")
        if copies.get(what) in labels and not _lack(copies[what], runs, protocols)
    }
    shown = [run for method in (*found, *given.values()) for run in method.runs]
    for protocol in protocols:
        _check_alike(shown, protocol)
    path, first = found[0].runs[0]
    return Candidates(
        methods=tuple(found),
        given=given,
        tasks={name: TaskScores(path.parent, name, first.protocols[name]).tasks for name in protocols},
        tasks_sha256={name: first.protocols[name].tasks_sha256 for name in protocols},
        dataset=first.dataset,
        size=first.dataset_facts.size,
        left_out=lacking,
    )


def _entrant(label: str, runs: Sequence[Run]) -> Entrant:
    mine = sorted((run for run in runs if run[1].label == label), key=lambda run: run[1].seed)
    for (path, result), (other_path, other) in pairwise(mine):
        if result.seed == other.seed:
            raise InputError(f"{path} and {other_path} are both {label}, seed {result.seed}; leave one out of --runs")
        if not one_method(result, other):
            raise InputError(f"{path} and {other_path} are not seeds of one method; leave one out of --runs")
    return Entrant(label, tuple(mine))


def _lack(label: str, runs: Sequence[Run], protocols: Sequence[str]) -> str | None:
    """Why a method cannot be shown under all protocols."""
    for _, result in runs:
        if result.label == label:
            for protocol in protocols:
                if protocol not in result.protocols:
                    return f"was not run under {protocol}"
                if (reason := result.protocols[protocol].reason) is not None:
                    return reason
    return None


def _check_alike(runs: Sequence[Run], protocol: str) -> None:
    """Refuse edits of different tasks or faces.

    Raises:
        InputError: naming the first difference and both runs.
    """
    path, first = runs[0]
    for other_path, other in runs[1:]:
        ours, theirs = _facts(first, protocol), _facts(other, protocol)
        for what, fact in ours.items():
            if fact != theirs[what]:
                raise InputError(
                    f"{path} and {other_path} cannot be shown together: {what} of {protocol} is "
                    f"{str(fact)[:SHORT_HASH]}, not {str(theirs[what])[:SHORT_HASH]}; choose by --runs or --methods"
                )


def _facts(result: Result, protocol: str) -> dict[str, object]:
    return {
        "the dataset": result.dataset,
        "the dataset's fingerprint": result.dataset_facts.fingerprint,
        "the image size": result.dataset_facts.size,
        "the task table": result.protocols[protocol].tasks_sha256,
    }
