"""The runs that a study is drawn from: which methods' edits of the same tasks can be shown, and their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from benchmark.results.comparability import SAME_TASKS_AND_FACES, check_comparable
from benchmark.results.find_results import FinishedRun
from benchmark.results.method_runs import MethodRuns, one_method_of
from benchmark.results.task_scores import TaskScores
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError, UnknownNameError, unknown


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

    methods: tuple[MethodRuns, ...]
    given: Mapping[str, MethodRuns]
    tasks: Mapping[str, pd.DataFrame]
    tasks_sha256: Mapping[str, str]
    dataset: str
    size: int
    left_out: Mapping[str, str]

    @property
    def labels(self) -> list[str]:
        """Of the methods."""
        return [method.label for method in self.methods]

    def attributes(self, protocol: str) -> list[str]:
        """The attribute of every task of a protocol whose tasks transfer several; "" of every other task."""
        names = self.tasks[protocol]["attribute"]
        return [str(name) for name in names] if names.nunique() > 1 else [""] * len(names)

    def method(self, label: str) -> MethodRuns:
        """The method of a label."""
        return next(method for method in self.methods if method.label == label)


def find_candidates(runs: Sequence[FinishedRun], protocols: Sequence[str], methods: Sequence[str] = ()) -> Candidates:
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
    found = [_method_runs(label, runs) for label in requested if label not in lacking]
    if not found:
        raise InputError(f"no learned method was run under {' and '.join(protocols)}; name methods by --methods")
    copies = {
        entry.card.returns_copy_of: entry.card.name for entry in METHOD_CARDS.builtin() if entry.card.returns_copy_of
    }
    given = {
        what: _method_runs(copies[what], runs)
        for what in ("target", "source")
        if copies.get(what) in labels and not _lack(copies[what], runs, protocols)
    }
    shown = [run for method in (*found, *given.values()) for run in method.runs]
    for protocol in protocols:
        check_comparable(shown, protocol, SAME_TASKS_AND_FACES)
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


def _method_runs(label: str, runs: Sequence[FinishedRun]) -> MethodRuns:
    method = one_method_of([run for run in runs if run.result.label == label])
    for run, other in pairwise(method.runs):
        if run.result.seed == other.result.seed:
            both = f"{run.path} and {other.path} are both {label}, seed {run.result.seed}"
            raise InputError(f"{both}; leave one out of --runs")
    return method


def _lack(label: str, runs: Sequence[FinishedRun], protocols: Sequence[str]) -> str | None:
    """Why a method cannot be shown under all protocols."""
    for _, result in runs:
        if result.label == label:
            for protocol in protocols:
                if protocol not in result.protocols:
                    return f"was not run under {protocol}"
                if (reason := result.protocols[protocol].reason) is not None:
                    return reason
                if (scored := result.protocols[protocol].num_scored) is not None:
                    return (
                        f"has edits of {scored:,} of the {result.protocols[protocol].num_tasks:,} tasks of {protocol}"
                    )
    return None
