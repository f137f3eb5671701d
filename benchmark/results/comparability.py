"""Which runs may stand side by side: in a comparison, in one table, or in a study of their edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.results.find_results import FinishedRun
from benchmark.results.schema import Result
from registry.errors import InputError

SHORT_HASH = 12
Facts = dict[str, str | int]
"""What must be the same, by what it is called in a sentence."""


class IncomparableError(InputError):
    """Runs that must not stand side by side; the message names the difference and both runs."""


@dataclass(frozen=True)
class Requirement:
    """What a use of several runs needs them to share.

    Attributes:
        facts: of a result under a protocol that it has.
        action: what cannot be done with runs that differ.
        advice: what to do then.
    """

    facts: Callable[[Result, str], Facts]
    action: str
    advice: str


def configuration(result: Result) -> tuple[str, str, str, str]:
    """What a row of a table says of its method: kind, label with variant, preset, and where the weights came from."""
    return (result.kind, result.label, result.preset, result.weights_origin)


def one_method(first: Result, second: Result) -> bool:
    """Whether two results may be seeds of one method: of one configuration, and not known to have other options.

    Options that no variant names stand in no label. Older results do not say theirs, and are taken at their label.
    """
    hashes = {first.configuration_sha256, second.configuration_sha256} - {None}
    return configuration(first) == configuration(second) and len(hashes) < 2


def _scoring(result: Result, protocol: str) -> Facts:
    """All that decides what a result's figures mean."""
    facts: Facts = {
        "schema version": result.schema_version,
        "dataset fingerprint": result.dataset_facts.fingerprint,
        "image size": result.dataset_facts.size,
        "resize policy": result.dataset_facts.resize_policy,
    }
    of_protocol = result.protocols[protocol]
    if of_protocol.metrics:  # a method that took no part has no figures that could be mixed
        facts["task table"] = of_protocol.tasks_sha256
    for name, judge in sorted(result.judges.items()):
        facts[f"judge {name!r}"] = judge.title
        facts[f"weights of judge {name!r}"] = judge.weights_sha256
    for name, metric in sorted(result.metrics.items()):
        if metric.level == "cost":  # kept as measured, so that a unit only says how a table prints it
            continue
        facts[f"direction of metric {name!r}"] = metric.direction
        facts[f"unit of metric {name!r}"] = metric.unit
        if metric.weights_sha256 is not None:  # without weights there are no figures to mix
            facts[f"weights of metric {name!r}"] = metric.weights_sha256
    return facts


def _tasks_and_faces(result: Result, protocol: str) -> Facts:
    """All that decides what a result's edits show."""
    return {
        "dataset": result.dataset,
        "dataset fingerprint": result.dataset_facts.fingerprint,
        "image size": result.dataset_facts.size,
        "task table": result.protocols[protocol].tasks_sha256,
    }


SAME_SCORING: Final = Requirement(_scoring, "be compared", "Score both the same way.")
"""Of runs whose figures are set against each other."""
SAME_TASKS_AND_FACES: Final = Requirement(_tasks_and_faces, "be shown together", "Choose by --runs or --methods.")
"""Of runs whose edits are shown side by side; how they were scored does not matter."""


def differences(first: Result, second: Result, protocol: str, required: Requirement = SAME_SCORING) -> list[str]:
    """What keeps apart two results that both have `protocol`, in words; empty where nothing does.

    A judge or a metric that only one of them has does not: its figures are simply missing from the other.
    """
    ours, theirs = required.facts(first, protocol), required.facts(second, protocol)
    return [
        f"{what} is {_short(fact)}, not {_short(theirs[what])}"
        for what, fact in ours.items()
        if what in theirs and theirs[what] != fact
    ]


def check_comparable(runs: Sequence[FinishedRun], protocol: str, required: Requirement = SAME_SCORING) -> None:
    """Refuse runs that differ from the first of them.

    Raises:
        IncomparableError: naming the differences and both runs.
    """
    first, *others = runs
    for other in others:
        if found := differences(first.result, other.result, protocol, required):
            raise IncomparableError(
                f"{first.path} and {other.path} cannot {required.action} under {protocol}: {'; '.join(found)}. "
                f"{required.advice}"
            )


def table_conflicts(first: Result, second: Result, protocol: str) -> list[str]:
    """What keeps two results that both have `protocol` out of one table, in words; empty where nothing does."""
    found = differences(first, second, protocol)
    if configuration(first) == configuration(second):
        if not one_method(first, second):
            found.append(f"{first.label} ({first.preset}) has other options or another checkpoint in each")
        elif first.seed == second.seed:
            found.append(f"both are seed {first.seed} of {first.label} ({first.preset})")
    return found


def comparable_groups(runs: Sequence[FinishedRun], protocol: str, allow_mixed: bool) -> list[list[FinishedRun]]:
    """Split runs that have `protocol` into groups that may share a table, in the order of their first members.

    Raises:
        IncomparableError: if there is more than one group and `allow_mixed` is false.
    """
    groups: list[_Group] = []
    for run in runs:
        for group in groups:
            other = group.conflict(run, protocol)
            if other is None:
                group.add(run, protocol)
                break
            if not allow_mixed:
                raise IncomparableError(
                    f"{other.path} and {run.path} cannot share a table of {run.result.dataset}, {protocol}: "
                    f"{'; '.join(table_conflicts(other.result, run.result, protocol))}. "
                    "Score both the same way, or take a table for each: --allow-mixed, in Python allow_mixed=True."
                )
        else:
            groups.append(_Group())
            groups[-1].add(run, protocol)
    return [group.runs for group in groups]


class _Group:
    """Runs of one table. A new run is held against one member of each way of scoring, not against all of hundreds."""

    def __init__(self) -> None:
        self.runs: list[FinishedRun] = []
        self._of_scoring: dict[frozenset[tuple[str, str | int]], FinishedRun] = {}
        self._of_seed: dict[tuple[tuple[str, ...], int], FinishedRun] = {}
        self._of_known_options: dict[tuple[str, ...], FinishedRun] = {}

    def add(self, run: FinishedRun, protocol: str) -> None:
        method = configuration(run.result)
        self.runs.append(run)
        self._of_scoring.setdefault(frozenset(_scoring(run.result, protocol).items()), run)
        self._of_seed[method, run.result.seed] = run
        if run.result.configuration_sha256 is not None:
            self._of_known_options.setdefault(method, run)

    def conflict(self, run: FinishedRun, protocol: str) -> FinishedRun | None:
        """A member that the run cannot stand beside."""
        method = configuration(run.result)
        known = self._of_known_options.get(method)
        if known is not None and not one_method(known.result, run.result):
            return known
        twin = self._of_seed.get((method, run.result.seed))
        if twin is not None:
            return twin
        if frozenset(_scoring(run.result, protocol).items()) in self._of_scoring:
            return None
        scored = self._of_scoring.values()
        return next((other for other in scored if differences(other.result, run.result, protocol)), None)


def _short(fact: object) -> str:
    text = str(fact)
    is_hash = len(text) >= 40 and " " not in text
    return text[:SHORT_HASH] if is_hash else repr(text)
