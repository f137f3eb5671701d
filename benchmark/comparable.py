"""Which results may be compared: those scored on the same tasks, at the same size, by the same judges."""

from __future__ import annotations

from benchmark.results import Result
from registry.errors import InputError

SHORT_HASH = 12


class IncomparableError(InputError):
    """Runs whose figures must not be compared; the message names the difference and both runs."""


def configuration(result: Result) -> tuple[str, str, str, str]:
    """What the seeds of one method share: kind, method with variant, preset, and where its weights came from."""
    return (result.kind, result.label, result.preset, result.weights_origin)


def differences(first: Result, second: Result, protocol: str) -> list[str]:
    """What keeps two results that both have `protocol` from being compared, in words; empty where nothing does.

    A judge or a metric that only one of them has does not: its figures are simply missing from the other.
    """
    facts: list[tuple[str, object, object]] = [
        ("schema version", first.schema_version, second.schema_version),
        ("dataset fingerprint", first.dataset_facts.fingerprint, second.dataset_facts.fingerprint),
        ("image size", first.dataset_facts.size, second.dataset_facts.size),
        ("resize policy", first.dataset_facts.resize_policy, second.dataset_facts.resize_policy),
    ]
    tasks, other_tasks = first.protocols[protocol], second.protocols[protocol]
    if tasks.metrics and other_tasks.metrics:  # a method that took no part has no figures that could be mixed
        facts.append(("task table", tasks.tasks_sha256, other_tasks.tasks_sha256))
    for name in sorted(first.judges.keys() & second.judges.keys()):
        our_judge, their_judge = first.judges[name], second.judges[name]
        facts.append((f"judge {name!r}", our_judge.title, their_judge.title))
        facts.append((f"weights of judge {name!r}", our_judge.weights_sha256, their_judge.weights_sha256))
    for name in sorted(first.metrics.keys() & second.metrics.keys()):
        ours, theirs = first.metrics[name], second.metrics[name]
        if ours.level == "cost":  # kept as measured, so that a unit only says how a table prints it
            continue
        facts.append((f"direction of metric {name!r}", ours.direction, theirs.direction))
        facts.append((f"unit of metric {name!r}", ours.unit, theirs.unit))
        if None not in (ours.weights_sha256, theirs.weights_sha256):  # without weights there are no figures to mix
            facts.append((f"weights of metric {name!r}", ours.weights_sha256, theirs.weights_sha256))
    return [f"{what} is {_short(ours)}, not {_short(theirs)}" for what, ours, theirs in facts if ours != theirs]


def _short(fact: object) -> str:
    text = str(fact)
    is_hash = len(text) >= 40 and " " not in text
    return text[:SHORT_HASH] if is_hash else repr(text)
