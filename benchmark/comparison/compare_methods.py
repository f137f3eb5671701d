"""Two methods head to head: every metric of every protocol that both took part in, on the tasks they share."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmark.comparison.compare_metric import MetricComparison, compare_per_image, match_sets
from benchmark.results.comparability import check_comparable
from benchmark.results.method_runs import MethodRuns
from benchmark.results.schema import MetricInfo, Value
from benchmark.results.task_scores import TaskScores
from benchmark.statistics.holm import holm
from registry.errors import InputError, UnknownNameError, unknown


@dataclass(frozen=True)
class Comparison:
    """All matches of two methods.

    Attributes:
        notes: what must be known to read them.
    """

    a: MethodRuns
    b: MethodRuns
    matches: tuple[MetricComparison, ...]
    notes: tuple[str, ...]

    @property
    def num_tests(self) -> int:
        """The p-values that Holm's adjustment counts."""
        return sum(match.p_value is not None for match in self.matches)


def compare(
    a: MethodRuns,
    b: MethodRuns,
    protocols: Sequence[str] = (),
    metrics: Sequence[str] = (),
    *,
    seeds_paired: bool = False,
) -> Comparison:
    """Compare two methods.

    Args:
        a: the first.
        b: the second.
        protocols: only these; all that both took part in where none is named.
        metrics: only these; all of images and sets where none is named.
        seeds_paired: as in `paired_difference`; seeds that one of the two lacks are left out then.

    Raises:
        IncomparableError: if any two of the runs were not scored alike.
        ResultError: if scores cannot be read.
        InputError: if there is nothing to compare, or a protocol or metric that was named is not there.
    """
    if {run.path.resolve() for run in a.runs} & {run.path.resolve() for run in b.runs}:
        raise InputError(f"{a.name} and {b.name} are the same run, {a.runs[0].path.parent}; name two")
    facts = {name: fact for method in (b, a) for result in method.results for name, fact in result.metrics.items()}
    ranked = {name: fact for name, fact in facts.items() if fact.level != "cost"}
    wanted = _chosen("metric", metrics, ranked)
    notes = [_said_of_seeds(a, b)]
    matches: list[MetricComparison] = []
    for protocol in _chosen("protocol", protocols, _protocols(a) | _protocols(b)):
        ours, theirs = taking_part(a, protocol), taking_part(b, protocol)
        if isinstance(ours, MethodRuns) and isinstance(theirs, MethodRuns):
            check_comparable((*ours.runs, *theirs.runs), protocol)
            if seeds_paired:
                ours, theirs = _of_shared_seeds(ours, theirs)
            notes.extend(_fewer_seeds(a, ours, protocol) + _fewer_seeds(b, theirs, protocol))
            matches.extend(_matches((ours, theirs), protocol, wanted, facts, seeds_paired))
            continue
        absence = next(side for side in (ours, theirs) if isinstance(side, str))
        if protocols:
            raise InputError(absence)
        notes.append(absence)
    if not matches:
        raise InputError(f"{a.name} and {b.name} have nothing to compare: {'; '.join(notes[1:]) or 'no such metric'}")
    adjusted = holm([math.nan if match.p_value is None else match.p_value for match in matches])
    matches = [
        match if math.isnan(p_value) else replace(match, holm_p=float(p_value))
        for match, p_value in zip(matches, adjusted, strict=True)
    ]
    return Comparison(a, b, tuple(matches), tuple(notes))


def _chosen(what: str, requested: Sequence[str], known: Collection[str]) -> list[str]:
    for name in requested:
        if name not in known:
            raise UnknownNameError(unknown(f"{what} of these runs", name, known))
    return list(requested or known)


def _protocols(method: MethodRuns) -> dict[str, None]:
    return {name: None for result in method.results for name in result.protocols}


def taking_part(method: MethodRuns, protocol: str) -> MethodRuns | str:
    """The runs that have figures under the protocol, or why none has."""
    runs = tuple(
        run for run in method.runs if protocol in run.result.protocols and run.result.protocols[protocol].metrics
    )
    if runs:
        return replace(method, runs=runs)
    found = [result.protocols[protocol].reason for result in method.results if protocol in result.protocols]
    reason = next(filter(None, found), None)
    return f"{method.name} has no figures under {protocol}" + (f": {reason}" if reason else "")


def _of_shared_seeds(ours: MethodRuns, theirs: MethodRuns) -> tuple[MethodRuns, MethodRuns]:
    """Both with the seeds that they share, in the same order.

    Raises:
        InputError: if there are none.
    """
    shared = sorted({*ours.seeds} & {*theirs.seeds})
    if not shared:
        raise InputError(f"{ours.name} and {theirs.name} have no seed in common")
    of_seed = [{run.result.seed: run for run in method.runs} for method in (ours, theirs)]
    one, other = (
        replace(method, runs=tuple(runs[seed] for seed in shared))
        for method, runs in zip((ours, theirs), of_seed, strict=True)
    )
    return one, other


def _fewer_seeds(method: MethodRuns, part: MethodRuns, protocol: str) -> list[str]:
    """A note on the seeds that have no figures under the protocol, if there are any."""
    left_out = [str(run.result.seed) for run in method.runs if run not in part.runs]
    if not left_out:
        return []
    return [f"{method.name} has no figures under {protocol} of seed {', '.join(left_out)}, which is left out"]


def _matches(
    methods: tuple[MethodRuns, MethodRuns],
    protocol: str,
    wanted: Sequence[str],
    facts: dict[str, MetricInfo],
    seeds_paired: bool,
) -> Iterator[MetricComparison]:
    """A match for each wanted metric that either was scored with."""
    scores: tuple[list[TaskScores], list[TaskScores]] | None = None
    for metric in wanted:
        values = tuple(_values(method, protocol, metric) for method in methods)
        if all(value is None for of_method in values for value in of_method):
            continue
        missing = why_missing(methods, values)
        if missing is not None:
            yield MetricComparison(protocol, metric, facts[metric], reason=missing)
        elif facts[metric].level == "set":
            ours, theirs = ([value for value in of_method if value is not None] for of_method in values)
            yield match_sets(protocol, metric, facts[metric], methods, (ours, theirs), seeds_paired=seeds_paired)
        else:
            scores = scores or task_scores_of(methods, protocol)
            yield compare_per_image(protocol, metric, facts[metric], methods, scores, seeds_paired=seeds_paired)


def _values(method: MethodRuns, protocol: str, metric: str) -> list[Value | None]:
    return [result.protocols[protocol].metrics.get(metric) for result in method.results]


def why_missing(methods: Sequence[MethodRuns], values: Sequence[Sequence[Value | None]]) -> str | None:
    """Why one of the methods has no figure to compare, from the figures of their seeds; None where all have one."""
    for method, of_method in zip(methods, values, strict=True):
        for run, value in zip(method.runs, of_method, strict=True):
            if value is None:
                return f"{method.name} seed {run.result.seed} was not scored with it"
            if value.value is None:
                return f"{method.name}: {value.reason or 'undefined on these images'}"
    return None


def task_scores_of(methods: tuple[MethodRuns, MethodRuns], protocol: str) -> tuple[list[TaskScores], list[TaskScores]]:
    """The scores of both methods' tasks, a run a seed.

    Raises:
        ResultError: if they cannot be read.
    """
    ours, theirs = (
        [TaskScores(run.path.parent, protocol, run.result.protocols[protocol]) for run in method.runs]
        for method in methods
    )
    return ours, theirs


def _said_of_seeds(a: MethodRuns, b: MethodRuns) -> str:
    """What the intervals and p-values of image metrics speak of."""
    trained = [method for method in (a, b) if method.trained]
    if not trained:
        return "neither method is trained: intervals and p-values speak of other test faces"
    single = [method.name for method in trained if len(method.runs) < 2]
    if single:
        which = " and ".join(single)
        return f"test-set variation only, since {which} {'has' if len(single) == 1 else 'have'} one seed"
    return "intervals and p-values speak of other test faces and other training seeds"
