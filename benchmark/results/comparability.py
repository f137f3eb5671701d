"""Which results may be compared: those scored on the same tasks, at the same size, by the same judges."""

from __future__ import annotations

from benchmark.results.schema import Result
from registry.errors import InputError

SHORT_HASH = 12


class IncomparableError(InputError):
    """Runs whose figures must not be compared; the message names the difference and both runs."""


def configuration(result: Result) -> tuple[str, str, str, str]:
    """What a row of a table says of its method: kind, label with variant, preset, and where the weights came from."""
    return (result.kind, result.label, result.preset, result.weights_origin)


def one_method(first: Result, second: Result) -> bool:
    """Whether two results may be seeds of one method: of one configuration, and not known to have other options.

    Options that no variant names stand in no label. Older results do not say theirs, and are taken at their label.
    """
    hashes = {first.configuration_sha256, second.configuration_sha256} - {None}
    return configuration(first) == configuration(second) and len(hashes) < 2


def scoring(result: Result, protocol: str) -> dict[str, str | int]:
    """All that decides what the figures of a result that has `protocol` mean, by what it is called in a sentence."""
    facts: dict[str, str | int] = {
        "schema version": result.schema_version,
        "dataset fingerprint": result.dataset_facts.fingerprint,
        "image size": result.dataset_facts.size,
        "resize policy": result.dataset_facts.resize_policy,
    }
    asked = result.protocols[protocol]
    if asked.metrics:  # a method that took no part has no figures that could be mixed
        facts["task table"] = asked.tasks_sha256
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


def differences(first: Result, second: Result, protocol: str) -> list[str]:
    """What keeps two results that both have `protocol` from being compared, in words; empty where nothing does.

    A judge or a metric that only one of them has does not: its figures are simply missing from the other.
    """
    ours, theirs = scoring(first, protocol), scoring(second, protocol)
    return [
        f"{what} is {_short(fact)}, not {_short(theirs[what])}"
        for what, fact in ours.items()
        if what in theirs and theirs[what] != fact
    ]


def _short(fact: object) -> str:
    text = str(fact)
    is_hash = len(text) >= 40 and " " not in text
    return text[:SHORT_HASH] if is_hash else repr(text)
