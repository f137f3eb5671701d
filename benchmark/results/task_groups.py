"""Groups of tasks that have figures of their own: those of each attribute, or of each strength."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.statistics.ratios import Array

GroupedBy = Literal["attribute", "strength"]
STRENGTH: Final = "task_strength"
"""The column of how strong an edit, or the errors of its request, are, in tables whose tasks come at several."""


@dataclass(frozen=True)
class TaskGroups:
    """The groups of T tasks.

    Attributes:
        by: what the tasks of a group have in common.
        names: of the groups: attributes by first appearance, or strengths in ascending order.
        numbers: (T,) the number of each task's group.
        weights: (G,) how much each group counts in a figure of all tasks; None where all count the same.
    """

    by: GroupedBy
    names: tuple[str, ...]
    numbers: NDArray[np.intp]
    weights: Array | None = None

    @classmethod
    def of(cls, tasks: pd.DataFrame) -> TaskGroups:
        """The groups of a table: by strength where it has a column of it, else by attribute.

        Of strengths the weights are those of the trapezoidal rule, so that a figure of all tasks is the area under its
        curve over strength, per unit of strength.
        """
        if STRENGTH in tasks:
            numbers, strengths = pd.factorize(tasks[STRENGTH].to_numpy(np.float64), sort=True)
            words = tuple(f"{strength:g}" for strength in strengths)
            return cls("strength", words, np.asarray(numbers, np.intp), trapezoid(strengths))
        names = tasks["attribute"].fillna("").unique()
        return cls("attribute", tuple(map(str, names)), numbered_attributes(tasks)[0])

    @property
    def count(self) -> int:
        """G."""
        return len(self.names)


def numbered_attributes(tasks: pd.DataFrame) -> tuple[NDArray[np.intp], int]:
    """The number of the attribute that each task transfers, (T,), by first appearance, and how many there are."""
    numbers, names = pd.factorize(tasks["attribute"].fillna(""))
    return np.asarray(numbers, np.intp), len(names)


def trapezoid(places: Sequence[float] | Array) -> Array | None:
    """Weights (G,) of values at ascending places whose sum is the area under their curve, per unit; None of one."""
    if len(places) < 2:
        return None
    halves = np.diff(places) / 2
    weights: Array = (np.append(halves, 0) + np.append(0, halves)) / (places[-1] - places[0])
    return weights
