"""Values that are means of ratios of column sums: what each task adds to the sums, and what the sums come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Columns = Mapping[str, Array]
"""Per-task values by column name, each (T,); NaN where a task has none."""


class Ratio(NamedTuple):
    """Two columns whose sums over tasks make a ratio.

    Attributes:
        numerator: its column.
        denominator: its column; None counts the tasks that have a numerator, so that the ratio is their mean.
    """

    numerator: str
    denominator: str | None = None


def ratio_terms(columns: Columns, ratios: Sequence[Ratio]) -> Array:
    """What each of T tasks adds to the sums of K ratios: (T, 2, K) numerators and denominators, 0 for what is NaN."""
    terms = np.empty((len(columns[ratios[0].numerator]), 2, len(ratios)))
    for place, (numerator, denominator) in enumerate(ratios):
        values = columns[numerator]
        terms[:, 0, place] = values
        terms[:, 1, place] = np.isfinite(values) if denominator is None else columns[denominator]
    terms[~np.isfinite(terms)] = 0.0
    return terms


def mean_of_ratios(sums: Array) -> Array:
    """Values (...) of sums (..., 2, K) of `ratio_terms`: the mean of the ratios that have a denominator, else NaN."""
    quotients = ratio(sums[..., 0, :], sums[..., 1, :])
    if quotients.shape[-1] == 1:  # the mean of one, which most metrics are
        only: Array = quotients[..., 0]
        finite = np.isfinite(only)
        return only if finite.all() else np.where(finite, only, np.nan)
    return finite_mean(quotients)


def terms_by_group(terms: Array, groups: NDArray[np.integer[Any]], num_groups: int) -> Array:
    """What each task adds to the sums of its own group: (T, 2, G·K) of (T, 2, K) and the groups (T,) of the tasks.

    With `mean_over_groups` of these, every group counts the same, however many tasks it has and whichever of its ratios
    have a denominator.
    """
    if num_groups == 1:
        return terms
    number, _, width = terms.shape
    spread = np.zeros((number, 2, num_groups, width))
    spread[np.arange(number), :, groups] = terms
    return spread.reshape(number, 2, num_groups * width)


@dataclass(frozen=True)
class StatisticOfGroups:
    """A statistic of each of G groups, (G, ...), from the sums (..., 2, G·K) of `terms_by_group`.

    Attributes:
        statistic: figures (...) from the sums (..., 2, K) of one group.
        num_groups: G.
    """

    statistic: Callable[[Array], Array]
    num_groups: int

    def __call__(self, sums: Array) -> Array:
        """Figures (G, ...)."""
        by_group = sums.reshape(*sums.shape[:-1], self.num_groups, -1)
        return self.statistic(np.moveaxis(by_group, -2, 0))


def mean_over_groups(num_groups: int, weights: Array | None = None) -> Callable[[Array], Array]:
    """The statistic of sums (..., 2, G·K) of `terms_by_group`: the mean over groups of their `mean_of_ratios`.

    With weights (G,) it is the weighted sum of all groups, NaN where one that weighs anything has no value.
    """
    if num_groups == 1:
        return mean_of_ratios
    return partial(_mean_of_groups, num_groups) if weights is None else partial(_weighted_groups, weights)


def _mean_of_groups(num_groups: int, sums: Array) -> Array:
    return finite_mean(_values_of_groups(num_groups, sums))


def _weighted_groups(weights: Array, sums: Array) -> Array:
    return weighted_sum(_values_of_groups(len(weights), sums), weights)


def _values_of_groups(num_groups: int, sums: Array) -> Array:
    quotients = ratio(sums[..., 0, :], sums[..., 1, :])
    return finite_mean(quotients.reshape(*quotients.shape[:-1], num_groups, -1))


def weighted_sum(values: Array, weights: Array) -> Array:
    """Sum over the last axis of values under weights (G,); NaN where a value that weighs anything is."""
    weighing = weights != 0
    total: Array = values[..., weighing] @ weights[weighing]
    return total


def ratio(numerators: Array, denominators: Array) -> Array:
    """Numerators over denominators, of the same shape; NaN where a denominator is not above 0."""
    denominators = np.asarray(denominators)
    if np.min(denominators, initial=1) > 0:  # the plain quotient is several times faster
        return np.asarray(numerators) / denominators
    blank = np.full(denominators.shape, np.nan)
    quotients: Array = np.divide(numerators, denominators, out=blank, where=denominators > 0)
    return quotients


def finite_mean(values: Array) -> Array:
    """Mean over the last axis of the values that are finite; NaN where none is."""
    finite = np.isfinite(values)
    return ratio(np.where(finite, values, 0.0).sum(axis=-1), finite.sum(axis=-1))
