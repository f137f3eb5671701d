"""Metrics written as one function: the names of its parameters say what it takes of a task, or of two sets."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.features.feature_set import FeaturePair
from benchmark.metrics.base import ScoringBatch, SetMetric, SetValue
from benchmark.metrics.mean_metric import VALUE, MeanMetric
from benchmark.weights.resources import MetricUnavailable, Resources
from registry.cards import MetricCard
from registry.errors import PluginError, plugin_boundary, unknown

OF_TASKS: Final[Mapping[str, Callable[[ScoringBatch], NDArray[Any] | None]]] = {
    "output": lambda batch: batch.output_pixels,
    "target": lambda batch: batch.target_pixels,
    "source": lambda batch: batch.source_pixels,
    "oracle": lambda batch: batch.oracle_pixels,
    "mask": lambda batch: batch.tasks.mask.cpu().numpy(),
    "target_mask": lambda batch: batch.tasks.target.mask.cpu().numpy(),
    "source_mask": lambda batch: batch.tasks.source.mask.cpu().numpy(),
    "region": lambda batch: batch.tasks.region.cpu().numpy(),
    "attributes": lambda batch: batch.tasks.attributes.cpu().numpy(),
    "target_attributes": lambda batch: batch.tasks.target.attributes.cpu().numpy(),
    "source_attributes": lambda batch: batch.tasks.source.attributes.cpu().numpy(),
    "parsed": lambda batch: batch.parsed.numpy(),
    "attribute_scores": lambda batch: batch.attribute_scores.numpy(),
}
"""By the name of a parameter, what the function of an image metric gets of each of N tasks: arrays of N rows."""
OF_SETS: Final[Mapping[str, Callable[[FeaturePair], NDArray[np.float32]]]] = {
    "outputs": lambda pair: pair.outputs.take(slice(None)),
    "real": lambda pair: pair.real.take(slice(None)),
}
"""By the name of a parameter, what the function of a set metric gets: features (N, D) of the card's encoder."""


def metric_class_of(registered: Callable[..., Any], card: MetricCard) -> type[Any]:
    """The class of a metric: a registered class as it is, or a class around a registered function.

    Args:
        registered: the class or function.
        card: its card, whose level says whether the function takes one task or two sets.
    """
    if isinstance(registered, type):
        return registered
    base = _SetFunction if card.level == "set" else _TaskFunction
    members = {"function": staticmethod(registered), "__module__": registered.__module__}
    return type(registered.__name__, (base,), members)


class _TaskFunction(MeanMetric):
    """The mean of a function's value of each task; a task for which it gives NaN is left out."""

    function: ClassVar[Callable[..., Any]]
    inapplicable: ClassVar[str] = "it gave NaN for every task, or these tasks have no mask"
    shares_batches: ClassVar[bool] = True

    def prepare(self, resources: Resources) -> None:
        """Look at the names of the function's parameters."""
        self._takes = _parameters(self.function, OF_TASKS)

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """Column `value`, (N,); all NaN where the function takes a mask and the tasks have none."""
        if "mask" in self._takes and "mask" in batch.tasks.lacks:
            return {VALUE: np.full(len(batch), np.nan)}
        given = {}
        for name in self._takes:
            if (rows := OF_TASKS[name](batch)) is None:
                raise MetricUnavailable("the dataset does not know the true results")
            given[name] = rows
        tasks = ({name: rows[row] for name, rows in given.items()} for row in range(len(batch)))
        return {VALUE: np.array([_number(self.function, task) for task in tasks])}


class _SetFunction(SetMetric):
    """A function's value of the features of outputs and real images."""

    function: ClassVar[Callable[..., Any]]

    def prepare(self, resources: Resources) -> None:
        """Look at the names of the function's parameters."""
        self._takes = _parameters(self.function, OF_SETS)

    def compute(self, pair: FeaturePair) -> SetValue:
        """Its value."""
        return SetValue(_number(self.function, {name: OF_SETS[name](pair) for name in self._takes}))


def _parameters(function: Callable[..., Any], known: Mapping[str, Any]) -> list[str]:
    """Names of the parameters that the function must be given, each of which is known."""
    takes = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name in known:
            takes.append(name)
        elif parameter.default is parameter.empty:
            raise PluginError(f"{function.__name__} cannot be called: {unknown('parameter', name, known)}")
    return takes


def _number(function: Callable[..., Any], given: Mapping[str, Any]) -> float:
    with plugin_boundary(function.__name__, MetricUnavailable):
        value = function(**given)
    if isinstance(value, np.generic | np.ndarray) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, Real) or math.isinf(value):
        given_back = f"an array {np.shape(value)}" if isinstance(value, np.ndarray) else repr(value)
        raise PluginError(f"{function.__name__} gave {given_back}, where a number was expected")
    return float(value)
