"""Figures of the tasks of one attribute, where a protocol transfers several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.evaluation.cells import image_cell, set_cell
from benchmark.features.feature_set import FeaturePair, FeatureSet
from benchmark.metrics.base import ImageMetric, SetMetric
from benchmark.protocols.task_batches import tasks_by_attribute
from benchmark.results.schema import Value
from benchmark.statistics.ratios import Columns
from registry.catalogue import METRIC_CARDS


@dataclass(frozen=True)
class AttributeTasks:
    """The tasks of one attribute.

    Attributes:
        attribute: its name.
        tasks: (T,) which of all tasks are of it.
        rows: of its outputs' features, which are in the order of scoring.
        refused: why there are no outputs; None where there are.
    """

    attribute: str
    tasks: NDArray[np.bool_]
    rows: slice
    refused: str | None

    @classmethod
    def of(cls, tasks: pd.DataFrame, refused: Mapping[str, str]) -> list[AttributeTasks]:
        """The tasks of each attribute of a table, in the order of scoring; none where the table has but one.

        Args:
            tasks: the table.
            refused: why there are no outputs, by attribute.
        """
        parts = tasks_by_attribute(tasks)
        if len(parts) == 1:
            return []
        found, start = [], 0
        for part in parts:
            attribute = str(part["attribute"].iloc[0])
            end = start if attribute in refused else start + len(part)
            chosen = (tasks["attribute"] == attribute).to_numpy()
            found.append(cls(attribute, chosen, slice(start, end), refused.get(attribute)))
            start = end
        return found

    def image_cell(
        self, metric: ImageMetric, columns: Columns, sources: NDArray[Any], draws: int, caution: str | None
    ) -> Value:
        """The cell of an image metric over these tasks, from the columns and source faces of all tasks, (T,) each."""
        if self.refused is not None:
            return Value(value=None, n=0, reason=self.refused)
        own = {name: values[self.tasks] for name, values in columns.items()}
        return image_cell(metric, own, sources[self.tasks], draws, caution)

    def set_cell(self, name: str, metric: SetMetric, pair: FeaturePair, caution: str | None) -> Value:
        """The cell of a set metric over these tasks, from the features of all outputs, if they are enough."""
        if self.refused is not None:
            return Value(value=None, n=0, reason=self.refused)
        number, least = int(self.tasks.sum()), METRIC_CARDS.find(name).card.min_n
        if number < least:
            return Value(value=None, n=number, reason=f"{number} tasks of one attribute, fewer than {least}")
        own = FeaturePair(FeatureSet.of(pair.outputs.take(self.rows)), pair.real)
        return set_cell(metric, own, caution)[0]


def refusal(refused: Mapping[str, str]) -> str:
    """Why there is no mean over attributes, from the reasons by attribute."""
    of_each = "; ".join(f"{attribute}: {reason}" for attribute, reason in refused.items())
    return f"no mean over all attributes ({of_each})"
