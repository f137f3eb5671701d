"""Values of the tasks of one group: of one attribute, or of one strength, where a protocol has several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.evaluation.cells import change_cell, image_cell, set_cell
from benchmark.features.feature_set import FeaturePair, FeatureSet
from benchmark.metrics.base import ImageMetric, SetMetric
from benchmark.protocols.task_batches import tasks_by_attribute
from benchmark.results.schema import Value
from benchmark.results.task_groups import TaskGroups
from benchmark.statistics.ratios import Array, Columns
from registry.catalogue import METRIC_CARDS

LOSS_BETWEEN: Final = ("0", "1")
"""The strengths whose figures a loss is the difference of."""


@dataclass(frozen=True)
class GroupTasks:
    """The tasks of one group.

    Attributes:
        name: of the attribute, or strength.
        by: which of these it is.
        tasks: (T,) which of all tasks are of it.
        rows: of its outputs' features, which are in the order of scoring.
        refused: why there are no outputs; None where there are.
    """

    name: str
    by: str
    tasks: NDArray[np.bool_]
    rows: NDArray[np.intp]
    refused: str | None

    @classmethod
    def of(cls, tasks: pd.DataFrame, refused: Mapping[str, str]) -> list[GroupTasks]:
        """The tasks of each group of a table; none where the table has but one.

        Args:
            tasks: the table, which is scored by attribute.
            refused: why there are no outputs, by attribute.
        """
        groups = TaskGroups.of(tasks)
        if groups.count == 1:
            return []
        numbered = tasks.assign(group=groups.numbers)
        scored = [part["group"] for part in tasks_by_attribute(numbered) if part["attribute"].iloc[0] not in refused]
        order = np.concatenate(scored) if scored else np.empty(0, np.intp)
        found = []
        for number, name in enumerate(groups.names):
            reason = refused.get(name) if groups.by == "attribute" else None
            found.append(cls(name, groups.by, groups.numbers == number, np.flatnonzero(order == number), reason))
        return found

    def image_cell(
        self, metric: ImageMetric, columns: Columns, faces: NDArray[Any], draws: int, caution: str | None
    ) -> Value:
        """The cell of an image metric over these tasks, from the columns (T,) and the faces of all tasks."""
        if self.refused is not None:
            return Value(value=None, n=0, reason=self.refused)
        if metric.spans_strengths and self.by == "strength":
            return Value(value=None, n=0, reason="it is of all strengths together")
        own = {name: values[self.tasks] for name, values in columns.items()}
        return image_cell(metric, own, faces[self.tasks], draws, caution)

    def set_cell(self, name: str, metric: SetMetric, pair: FeaturePair, caution: str | None) -> Value:
        """The cell of a set metric over these tasks, from the features of all outputs, if they are enough."""
        if self.refused is not None:
            return Value(value=None, n=0, reason=self.refused)
        number, least = int(self.tasks.sum()), METRIC_CARDS.find(name).card.min_n
        if number < least:
            return Value(value=None, n=number, reason=f"{number} tasks of one {self.by}, fewer than {least}")
        own = FeaturePair(FeatureSet.of(pair.outputs.take(self.rows)), pair.real)
        return set_cell(metric, own, caution)[0]


def image_loss(
    name: str, metric: ImageMetric, columns: Columns, faces: NDArray[Any], draws: int, groups: TaskGroups
) -> Value | None:
    """How much worse an image metric is at strength 1 than at 0; None where it is not of tasks of both strengths."""
    change = _loss_weights(name, groups)
    if change is None or metric.spans_strengths:
        return None
    return change_cell(metric, columns, faces, draws, groups, change)


def set_loss(name: str, cells: Sequence[Value], groups: TaskGroups) -> Value | None:
    """The same of a set metric, from its cells of all groups; without an interval."""
    change = _loss_weights(name, groups)
    if change is None:
        return None
    used = [(weight, cell) for weight, cell in zip(change, cells, strict=True) if weight]
    number = sum(cell.n for _, cell in used)
    total = 0.0
    for weight, cell in used:
        if cell.value is None:
            return Value(value=None, n=number, reason=cell.reason)
        total += weight * cell.value
    return Value(value=total, n=number)


def _loss_weights(name: str, groups: TaskGroups) -> Array | None:
    """(G,): what the values at both strengths count in a loss, which is positive where the figure gets worse."""
    if groups.by != "strength" or not set(LOSS_BETWEEN) <= set(groups.names):
        return None
    better = 1.0 if METRIC_CARDS.find(name).card.direction == "up" else -1.0
    weights = np.zeros(groups.count)
    weights[[groups.names.index(strength) for strength in LOSS_BETWEEN]] = better, -better
    return weights


def refusal(refused: Mapping[str, str]) -> str:
    """Why there is no mean over attributes, from the reason of each; those that differ in names alone are said once."""
    alike: dict[str, list[str]] = {}
    for attribute, reason in refused.items():
        alike.setdefault(reason.replace(attribute, ""), []).append(attribute)
    of_each = "; ".join(f"{_first_of(attributes)}: {refused[attributes[0]]}" for attributes in alike.values())
    return f"no mean over all attributes ({of_each})"


def _first_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
