"""The figures of tasks grouped by the attribute that they transfer, where a protocol's tasks transfer several."""

from __future__ import annotations

from collections.abc import Iterable

from benchmark.results.schema import ProtocolResult, Value
from benchmark.results.task_scores import TaskScores
from benchmark.runtime.json_files import ResultError
from benchmark.statistics.ratios import Array


def attributes_of(results: Iterable[ProtocolResult]) -> list[str]:
    """The attributes that results under one protocol have figures of; none where its tasks transfer one at most."""
    return list(dict.fromkeys(name for found in results for name in found.attributes))


def value_of_attribute(found: ProtocolResult, attribute: str, metric: str) -> Value | None:
    """A metric's figure over the tasks of one attribute; None where the run was not scored with it."""
    if found.reason is not None:
        return Value(value=None, n=0, reason=found.reason)
    return found.attributes.get(attribute, {}).get(metric)


def tally_of_attribute(scores: TaskScores, metric: str, attribute: str) -> Array:
    """What each task adds to the sums of an image metric's K ratios, (T, 2, K); nothing those of other attributes.

    Raises:
        ResultError: as of `TaskScores.tally`, and if no task transfers the attribute.
    """
    names = list(dict.fromkeys(scores.tasks["attribute"]))
    if attribute not in names:
        raise ResultError(f"{scores.path}: has no task of {attribute}; score the run again")
    every = scores.tally(metric)
    width, place = every.shape[2] // len(names), names.index(attribute)
    return every[..., place * width : (place + 1) * width]


def overall_name(level: str) -> str:
    """What the figure beside those of the attributes is: the mean of a metric of images, that of all tasks of sets."""
    return "mean" if level == "image" else "all tasks"
