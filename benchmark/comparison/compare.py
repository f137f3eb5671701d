"""Two methods head to head: every metric of every protocol that both took part in, on the tasks they share."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmark.comparison.metric_comparison import MetricComparison, compare_per_image, match_sets
from benchmark.results.comparability import IncomparableError, differences
from benchmark.results.method_runs import Contender
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

    a: Contender
    b: Contender
    matches: tuple[MetricComparison, ...]
    notes: tuple[str, ...]

    @property
    def num_tests(self) -> int:
        """The p-values that Holm's adjustment counts."""
        return sum(match.p_value is not None for match in self.matches)


def compare(
    a: Contender,
    b: Contender,
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
        InputError: if there is nothing to compare, or a protocol or metric that was asked for is not there.
    """
    if {run.path.resolve() for run in a.runs} & {run.path.resolve() for run in b.runs}:
        raise InputError(f"{a.name} and {b.name} are the same run, {a.runs[0].path.parent}; name two")
    facts = {name: fact for each in (b, a) for run in each.runs for name, fact in run.result.metrics.items()}
    ranked = {name: fact for name, fact in facts.items() if fact.level != "cost"}
    wanted = _chosen("metric", metrics, ranked)
    notes = [_said_of_seeds(a, b)]
    matches: list[MetricComparison] = []
    for protocol in _chosen("protocol", protocols, _protocols(a) | _protocols(b)):
        ours, theirs = _taking_part(a, protocol), _taking_part(b, protocol)
        if isinstance(ours, Contender) and isinstance(theirs, Contender):
            _check_comparable(ours, theirs, protocol)
            if seeds_paired:
                ours, theirs = _of_shared_seeds(ours, theirs)
            notes.extend(_fewer_seeds(a, ours, protocol) + _fewer_seeds(b, theirs, protocol))
            matches.extend(_matches((ours, theirs), protocol, wanted, facts, seeds_paired))
            continue
        absence = next(each for each in (ours, theirs) if isinstance(each, str))
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


def _chosen(what: str, asked: Sequence[str], known: Collection[str]) -> list[str]:
    for name in asked:
        if name not in known:
            raise UnknownNameError(unknown(f"{what} of these runs", name, known))
    return list(asked or known)


def _protocols(contender: Contender) -> dict[str, None]:
    return {name: None for run in contender.runs for name in run.result.protocols}


def _taking_part(contender: Contender, protocol: str) -> Contender | str:
    """The runs that have figures under the protocol, or why none has."""
    runs = tuple(
        run for run in contender.runs if protocol in run.result.protocols and run.result.protocols[protocol].metrics
    )
    if runs:
        return replace(contender, runs=runs)
    found = [run.result.protocols[protocol].reason for run in contender.runs if protocol in run.result.protocols]
    reason = next((each for each in found if each), None)
    return f"{contender.name} has no figures under {protocol}" + (f": {reason}" if reason else "")


def _of_shared_seeds(ours: Contender, theirs: Contender) -> tuple[Contender, Contender]:
    """Both with the seeds that they share, in the same order.

    Raises:
        InputError: if there are none.
    """
    shared = sorted({run.result.seed for run in ours.runs} & {run.result.seed for run in theirs.runs})
    if not shared:
        raise InputError(f"{ours.name} and {theirs.name} have no seed in common")
    of_seed = [{run.result.seed: run for run in each.runs} for each in (ours, theirs)]
    one, other = (
        replace(each, runs=tuple(runs[seed] for seed in shared))
        for each, runs in zip((ours, theirs), of_seed, strict=True)
    )
    return one, other


def _fewer_seeds(contender: Contender, part: Contender, protocol: str) -> list[str]:
    """A note on the seeds that have no figures under the protocol, if there are any."""
    left_out = [str(run.result.seed) for run in contender.runs if run not in part.runs]
    if not left_out:
        return []
    return [f"{contender.name} has no figures under {protocol} of seed {', '.join(left_out)}, which is left out"]


def _check_comparable(ours: Contender, theirs: Contender, protocol: str) -> None:
    first, *others = (*ours.runs, *theirs.runs)
    for other in others:
        found = differences(first.result, other.result, protocol)
        if found:
            raise IncomparableError(
                f"{first.path} and {other.path} cannot be compared under {protocol}: {'; '.join(found)}. "
                "Score both the same way."
            )


def _matches(
    contenders: tuple[Contender, Contender],
    protocol: str,
    wanted: Sequence[str],
    facts: dict[str, MetricInfo],
    seeds_paired: bool,
) -> Iterator[MetricComparison]:
    """A match for each wanted metric that either was scored with."""
    scores: tuple[list[TaskScores], list[TaskScores]] | None = None
    for metric in wanted:
        values = tuple(_values(each, protocol, metric) for each in contenders)
        if all(value is None for each in values for value in each):
            continue
        missing = next((said for each in zip(contenders, values, strict=True) if (said := _missing(*each))), None)
        if missing is not None:
            yield MetricComparison(protocol, metric, facts[metric], reason=missing)
        elif facts[metric].level == "set":
            ours, theirs = ([value for value in each if value is not None] for each in values)
            yield match_sets(protocol, metric, facts[metric], contenders, (ours, theirs), seeds_paired=seeds_paired)
        else:
            scores = scores or (_read(contenders[0], protocol), _read(contenders[1], protocol))
            yield compare_per_image(protocol, metric, facts[metric], contenders, scores, seeds_paired=seeds_paired)


def _values(contender: Contender, protocol: str, metric: str) -> list[Value | None]:
    return [run.result.protocols[protocol].metrics.get(metric) for run in contender.runs]


def _missing(contender: Contender, values: Sequence[Value | None]) -> str | None:
    """Why a method has no figure to compare; None where every seed has one."""
    for run, value in zip(contender.runs, values, strict=True):
        if value is None:
            return f"{contender.name} seed {run.result.seed} was not scored with it"
        if value.value is None:
            return f"{contender.name}: {value.reason or 'undefined on these images'}"
    return None


def _read(contender: Contender, protocol: str) -> list[TaskScores]:
    return [TaskScores(run.path.parent, protocol, run.result.protocols[protocol]) for run in contender.runs]


def _said_of_seeds(a: Contender, b: Contender) -> str:
    """What the intervals and p-values of image metrics speak of."""
    trained = [each for each in (a, b) if each.trained]
    if not trained:
        return "neither method is trained: intervals and p-values speak of other test faces"
    single = [each.name for each in trained if len(each.runs) < 2]
    if single:
        which = " and ".join(single)
        return f"test-set variation only, since {which} {'has' if len(single) == 1 else 'have'} one seed"
    return "intervals and p-values speak of other test faces and other training seeds"
