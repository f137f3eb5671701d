"""What is grouped by the attribute that tasks transfer, where they transfer several: their tasks and their figures."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.results.schema import ProtocolResult, Value


def tasks_by_attribute(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows of a task table by the attribute that they transfer, in the order in which it first comes."""
    if rows["attribute"].nunique() < 2:
        return [rows]
    return [part for _, part in rows.groupby("attribute", sort=False)]


def numbered_attributes(tasks: pd.DataFrame) -> tuple[NDArray[np.intp], int]:
    """The number of the attribute that each task transfers, (T,), by first appearance, and how many there are."""
    numbers, names = pd.factorize(tasks["attribute"].fillna(""))
    return np.asarray(numbers, np.intp), len(names)


def attributes_of(results: Iterable[ProtocolResult]) -> list[str]:
    """The attributes that results under one protocol have figures of; none where its tasks transfer one at most."""
    return list(dict.fromkeys(name for found in results for name in found.attributes))


def value_of_attribute(found: ProtocolResult, attribute: str, metric: str) -> Value | None:
    """A metric's figure over the tasks of one attribute; None where the run was not scored with it."""
    if found.reason is not None:
        return Value(value=None, n=0, reason=found.reason)
    return found.attributes.get(attribute, {}).get(metric)


def overall_name(level: str) -> str:
    """What the figure beside those of the attributes is: the mean of a metric of images, that of all tasks of sets."""
    return "mean" if level == "image" else "all tasks"
