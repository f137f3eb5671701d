"""Intervals of estimates from answers that share raters and items: a bootstrap over both, with two-way variance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit  # normal and Student's t without the second that scipy.stats takes to import

from benchmark.statistics.face_clusters import Array, draw_faces
from benchmark.statistics.ratios import ratio

DRAWS: Final = 1000
NO_SPREAD: Final = 1e-9
"""Spread of estimates that differ only by rounding."""
_MAX_BLOCK_WEIGHTS: Final = 4_000_000
"""Bounds memory: the weights of a hundred thousand answers under a thousand draws would take 800 MB."""


@dataclass(frozen=True)
class Crossed:
    """Who gave each of N answers, and what was judged.

    Attributes:
        raters: (N,) numbers from 0.
        items: (N,) numbers from 0.
    """

    raters: NDArray[np.int64]
    items: NDArray[np.int64]

    @property
    def num_raters(self) -> int:
        """How many gave answers."""
        return int(self.raters.max(initial=-1)) + 1

    @property
    def num_items(self) -> int:
        """How many were judged."""
        return int(self.items.max(initial=-1)) + 1

    @classmethod
    def of(cls, raters: NDArray[Any], items: NDArray[Any]) -> Crossed:
        """From (N,) labels."""
        return cls(np.unique(raters, return_inverse=True)[1], np.unique(items, return_inverse=True)[1])


@dataclass(frozen=True)
class Estimates:
    """F estimates from N answers, and everything that their intervals are made of.

    Attributes:
        values: (F,); NaN where no answer contributes.
        drawn: (draws, F) the same under resampled raters and items.
        influence: (N, F) how much each answer moves each estimate.
        part: (N, F) which answers contribute to which estimate.
    """

    values: Array
    drawn: Array
    influence: Array
    part: NDArray[np.bool_]

    def of(self, indices: Sequence[int]) -> Estimates:
        """Those with the given indices."""
        chosen = list(indices)
        return Estimates(self.values[chosen], self.drawn[:, chosen], self.influence[:, chosen], self.part[:, chosen])


@dataclass(frozen=True)
class Intervals:
    """Intervals of F estimates.

    Attributes:
        low: (F,) lower ends; NaN where fewer than two raters or items contribute to the estimate.
        high: (F,) upper ends.
        num_raters: (F,) raters who contribute to each.
        num_items: (F,) items.
    """

    low: Array
    high: Array
    num_raters: NDArray[np.int64]
    num_items: NDArray[np.int64]


def resampled_sums(crossed: Crossed, columns: Array, draws: int = DRAWS, seed: int = 0) -> Array:
    """Sums (draws, F) of columns (N, F) under raters and items that are drawn with replacement, independently.

    An answer counts as often as its rater was drawn, times as often as its item was: the pigeonhole bootstrap (Owen,
    The Annals of Applied Statistics 1(2), 2007). Equal arguments give equal sums, and equal seeds equal resamples.
    """
    generator = np.random.default_rng(seed)
    num_answers = len(columns)
    sums = np.zeros((draws, columns.shape[1]))
    if num_answers == 0:
        return sums
    by_rater = draw_faces(crossed.num_raters, draws, generator)
    by_item = draw_faces(crossed.num_items, draws, generator)
    step = max(1, _MAX_BLOCK_WEIGHTS // num_answers)
    for start in range(0, draws, step):
        block = slice(start, start + step)
        sums[block] = (by_rater[block][:, crossed.raters] * by_item[block][:, crossed.items]) @ columns
    return sums


def ratio_estimates(
    crossed: Crossed, numerators: Array, denominators: Array, expected: Array | None = None, draws: int = DRAWS
) -> Estimates:
    """F ratios of sums over answers.

    Args:
        crossed: the N answers.
        numerators: (N, F).
        denominators: (N, F); an answer that has one contributes to the estimate.
        expected: (N, F) expected numerators, where the study's design fixes differences, such as which methods were
            compared: they are not chance, and add nothing to an estimate's spread. By default the estimate's own.
        draws: resamples.
    """
    number = numerators.shape[1]
    totals = denominators.sum(axis=0)
    values = ratio(numerators.sum(axis=0), totals)
    residuals = numerators - (np.nan_to_num(values) * denominators if expected is None else expected)
    drawn = resampled_sums(crossed, np.concatenate([numerators, denominators], axis=1), draws)
    return Estimates(
        values=values,
        drawn=ratio(drawn[:, :number], drawn[:, number:]),
        influence=residuals / np.where(totals > 0, totals, 1.0),
        part=denominators > 0,
    )


def linear_estimates(
    crossed: Crossed, values: Array, influence: Array, part: NDArray[np.bool_], draws: int = DRAWS
) -> Estimates:
    """F fitted values (F,) that answers move by their influence (N, F): resampled by one Newton step, not refitted.

    Args:
        crossed: the N answers.
        values: (F,).
        influence: (N, F).
        part: (N, F) which answers are about which estimate; others may move it too, through what it was compared with.
        draws: resamples.
    """
    drawn = values + resampled_sums(crossed, influence, draws) - influence.sum(axis=0)
    return Estimates(values, drawn, influence, part)


def intervals(crossed: Crossed, estimates: Estimates, level: float = 0.95) -> Intervals:
    """Percentile intervals of resampled estimates, their spread set to the two-way cluster-robust one.

    The pigeonhole bootstrap counts the chance of a single answer three times over, and its intervals cover 98% where
    that chance is most of the spread. So each estimate's draws keep their shape, and are drawn in about the estimate
    until their variance is that of Cameron, Gelbach and Miller (Journal of Business & Economic Statistics 29(2), 2011):
    between raters plus between items minus between answers, and never below the larger of the first two. Student's t of
    the fewer clusters replaces the normal distribution.

    Where the answers leave no spread at all, as when every vote is for one side, there is nothing to resample or to
    spread, and the interval is NaN.
    """
    num_raters, num_items = cluster_counts(crossed, estimates.part)
    fewer = np.minimum(num_raters, num_items)
    variance = two_way_variance(crossed, estimates.influence, num_raters, num_items)
    tail = (1 + level) / 2
    reach = np.sqrt(variance) * stdtrit(np.maximum(fewer - 1, 1), tail) / ndtri(tail)
    low, high = np.full(len(fewer), np.nan), np.full(len(fewer), np.nan)
    for index, value in enumerate(estimates.values):
        own = estimates.drawn[:, index][np.isfinite(estimates.drawn[:, index])]
        spread = float(own.std()) if len(own) else 0.0
        if fewer[index] >= 2 and min(spread, reach[index]) > NO_SPREAD:
            ends = np.quantile(own, [1 - tail, tail])
            low[index], high[index] = value + (ends - value) * reach[index] / spread
    return Intervals(low, high, num_raters, num_items)


def cluster_counts(crossed: Crossed, part: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many raters (F,) and items (F,) contribute (N, F) to each estimate."""
    having = part.astype(np.float64)
    raters, items = ((_by_cluster(having, labels) > 0).sum(axis=0) for labels in (crossed.raters, crossed.items))
    return raters, items


def two_way_variance(
    crossed: Crossed, influence: Array, num_raters: NDArray[np.int64], num_items: NDArray[np.int64]
) -> Array:
    """Variances (F,) of estimates whose answers are alike within a rater, and within an item (Cameron et al. 2011)."""
    cells = crossed.raters * crossed.num_items + crossed.items
    within = np.unique(cells, return_inverse=True)[1]
    raters = (_by_cluster(influence, crossed.raters) ** 2).sum(axis=0) * num_raters / np.maximum(num_raters - 1, 1)
    items = (_by_cluster(influence, crossed.items) ** 2).sum(axis=0) * num_items / np.maximum(num_items - 1, 1)
    both = (_by_cluster(influence, within) ** 2).sum(axis=0)
    variance: Array = np.maximum(raters + items - both, np.maximum(raters, items))
    return variance


def _by_cluster(columns: Array, labels: NDArray[np.int64]) -> Array:
    """Sums (C, F) of columns (N, F) by labels (N,)."""
    sums = np.zeros((int(labels.max(initial=-1)) + 1, columns.shape[1]))
    np.add.at(sums, labels, columns)
    return sums
