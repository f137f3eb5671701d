"""Cells of tables from what was measured: a value with its interval, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.features.feature_set import FeaturePair
from benchmark.metrics.base import ImageMetric, SetMetric, SetValue
from benchmark.results.schema import Value
from benchmark.results.task_groups import TaskGroups
from benchmark.statistics.bootstrap import bootstrap_interval
from benchmark.statistics.crossed_faces import faces_resampled
from benchmark.statistics.ratios import (
    Array,
    Columns,
    finite_mean,
    mean_over_groups,
    ratio_terms,
    terms_by_group,
    weighted_sum,
)
from benchmark.weights.resources import MetricUnavailable
from registry.errors import PluginError, plugin_boundary


def image_cell(
    metric: ImageMetric,
    columns: Columns,
    faces: NDArray[Any],
    draws: int,
    caution: str | None,
    groups: TaskGroups | None = None,
) -> Value:
    """The cell of an image metric, with the bootstrap interval over faces.

    Args:
        metric: whose value it is.
        columns: what it measured, (T,) each.
        faces: (T, 2) the source and the target face of each task, or (T,) its source.
        draws: of the bootstrap.
        caution: what the value must be read with.
        groups: of the tasks; of several the value is the mean over attributes, or the area under the curve over
            strengths.
    """
    count = 1 if groups is None else groups.count
    value = metric.summarise(columns, np.ones(len(faces)))
    if not math.isfinite(value):
        return Value(value=None, n=0, reason=metric.inapplicable)
    terms, of_what = ratio_terms(columns, metric.ratios(columns)), ""
    statistic = mean_over_groups(1)
    if groups is not None and count > 1:
        terms, statistic = terms_by_group(terms, groups.numbers, count), mean_over_groups(count, groups.weights)
        value, applies = value_over_groups(metric, columns, groups)
        if groups.weights is None:
            of_what = f", of the mean over {count} attributes"
            if applies < count:
                caution = _joined(f"mean over the {applies} of {count} attributes that it applies to", caution)
        else:
            of_what = "" if metric.spans_strengths else f", of the area over {count} strengths"
            if not math.isfinite(value):
                return Value(value=None, n=0, reason="it does not apply to the tasks of every strength")
    low, high = bootstrap_interval([terms], statistic, faces, draws=draws)
    number = int(_answered(columns).sum())
    if not math.isfinite(low):
        return Value(value=value, n=number, reason=_joined("one source face: no interval", caution))
    made = f"95% bootstrap by {faces_resampled(faces)}, {draws} draws{of_what}"
    return Value(value=value, n=number, low=low, high=high, interval=made, reason=caution)


def value_over_groups(metric: ImageMetric, columns: Columns, groups: TaskGroups) -> tuple[float, int]:
    """The mean of an image metric's values over attributes, or the area under their curve, and of how many groups.

    Args:
        metric: whose value it is.
        columns: what it measured, (T,) each.
        groups: of the tasks. Attributes without a value, or without a task, are left out of the mean; where a strength
            has none, there is no area.
    """
    of_each = _by_group(metric, columns, groups.numbers, groups.count)
    value = finite_mean(of_each) if groups.weights is None else weighted_sum(of_each, groups.weights)
    return float(value), int(np.isfinite(of_each).sum())


def change_cell(
    metric: ImageMetric, columns: Columns, faces: NDArray[Any], draws: int, groups: TaskGroups, change: Array
) -> Value:
    """The cell of a sum over groups of an image metric's values, under weights `change` (G,) of either sign."""
    of_each = _by_group(metric, columns, groups.numbers, groups.count)  # NaN where nothing was measured
    value = float(weighted_sum(of_each, change))
    if not math.isfinite(value):
        return Value(value=None, n=0, reason=metric.inapplicable)
    terms = terms_by_group(ratio_terms(columns, metric.ratios(columns)), groups.numbers, groups.count)
    low, high = bootstrap_interval([terms], mean_over_groups(groups.count, change), faces, draws=draws)
    number = int((_answered(columns) & (change != 0)[groups.numbers]).sum())
    if not math.isfinite(low):
        return Value(value=value, n=number, reason="one source face: no interval")
    made = f"95% bootstrap by {faces_resampled(faces)}, {draws} draws, of the difference"
    return Value(value=value, n=number, low=low, high=high, interval=made)


def _by_group(metric: ImageMetric, columns: Columns, numbers: NDArray[np.intp], count: int) -> Array:
    """(G,): the value of each group."""
    return np.array([metric.summarise(columns, (numbers == number).astype(np.float64)) for number in range(count)])


def set_cell(metric: SetMetric, pair: FeaturePair, caution: str | None) -> tuple[Value, Mapping[str, float]]:
    """The cell of a set metric, and its further values; the reason instead where the metric refuses the sets."""
    number = len(pair.outputs)
    function = f"{type(metric).__name__}.compute"
    try:
        with plugin_boundary(function, MetricUnavailable):
            found = metric.measure(pair)
        if not isinstance(found, SetValue):
            raise PluginError(f"{function} gave {type(found).__name__}, where a SetValue was expected")
    except (MetricUnavailable, PluginError) as reason:
        return Value(value=None, n=number, reason=str(reason)), {}
    if not math.isfinite(found.value):
        return Value(value=None, n=number, reason="the value is not finite on these images"), {}
    return Value(value=found.value, n=number, reason=_joined(found.caution, caution)), found.breakdown


def with_caution(cells: Mapping[str, Value], caution: str) -> dict[str, Value]:
    """The same cells, each of which says first what it must be read with."""
    return {name: cell.model_copy(update={"reason": _joined(caution, cell.reason)}) for name, cell in cells.items()}


def _joined(*cautions: str | None) -> str | None:
    return "; ".join(filter(None, cautions)) or None


def _answered(columns: Columns) -> NDArray[np.bool_]:
    finite: NDArray[np.bool_] = np.any([np.isfinite(values) for values in columns.values()], axis=0)
    return finite
