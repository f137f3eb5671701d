"""Two methods on the tasks of each attribute, where tasks transfer several, beside the comparison on all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from benchmark.comparison.compare_methods import Comparison, taking_part, task_scores_of, why_missing
from benchmark.comparison.compare_metric import MetricComparison, compare_per_image, match_sets
from benchmark.results.attributes import attributes_of, value_of_attribute
from benchmark.results.method_runs import MethodRuns
from benchmark.results.schema import Value
from benchmark.results.task_scores import TaskScores


def compare_by_attribute(found: Comparison) -> list[MetricComparison]:
    """The matches of a comparison on the tasks of each attribute: figures and gains with intervals, without tests.

    The tests of a comparison are of all tasks; forty attributes more would leave Holm's adjustment of these no power.

    Returns:
        Metric by metric in the comparison's order, a match for each attribute of which either method has a figure; none
        where tasks transfer one attribute at most.

    Raises:
        ResultError: if scores cannot be read.
    """
    protocols = dict.fromkeys(match.protocol for match in found.matches)
    return [match for protocol in protocols for match in _of_protocol(found, protocol)]


def _of_protocol(found: Comparison, protocol: str) -> Iterator[MetricComparison]:
    ours, theirs = taking_part(found.a, protocol), taking_part(found.b, protocol)
    if isinstance(ours, str) or isinstance(theirs, str):
        return
    methods = (ours, theirs)
    attributes = attributes_of(result.protocols[protocol] for method in methods for result in method.results)
    scores: tuple[list[TaskScores], list[TaskScores]] | None = None
    for whole in found.matches if attributes else ():
        if whole.protocol != protocol:
            continue
        for attribute in attributes:
            values = [_values(method, protocol, attribute, whole.metric) for method in methods]
            if all(value is None or value.value is None for of_method in values for value in of_method):
                continue
            missing = why_missing(methods, values)
            if missing is not None:
                yield MetricComparison(protocol, whole.metric, whole.facts, reason=missing, attribute=attribute)
            elif whole.facts.level == "set":
                ours_of, theirs_of = ([value for value in of_method if value is not None] for of_method in values)
                match = match_sets(protocol, whole.metric, whole.facts, methods, (ours_of, theirs_of))
                yield replace(match, p_value=None, attribute=attribute)
            else:
                scores = scores or task_scores_of(methods, protocol)
                yield compare_per_image(protocol, whole.metric, whole.facts, methods, scores, attribute=attribute)


def _values(method: MethodRuns, protocol: str, attribute: str, metric: str) -> list[Value | None]:
    return [value_of_attribute(result.protocols[protocol], attribute, metric) for result in method.results]
