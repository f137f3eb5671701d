"""Ranks of methods by their win rate: how many of the others each beats, on average over axes of metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.statistics.bootstrap import percentile_interval
from benchmark.statistics.ratios import finite_mean, ratio

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rank:
    """Where a method stands.

    Attributes:
        win_rate: share of other methods that it beats, the mean over axes, in [0, 1]; NaN where it has no rival.
        low: lower end of the win rate's interval.
        high: upper end.
        rank: 1 plus the number of methods that are significantly better, so that those that do not differ
            significantly may share a rank; None where it has no rival, or is set against methods without a rank itself.
    """

    win_rate: float
    low: float
    high: float
    rank: int | None


def win_rates(merits: Array, axes: Sequence[int] | None = None) -> Array:
    """Win rates (..., M) of M methods from merits (..., M, K) on K metrics, more being better.

    On each metric a method is set against all others that have a figure; a tie is half a win (Liang et al., Holistic
    Evaluation of Language Models, TMLR 2023). A win rate is the mean over axes of the mean over each axis's metrics, so
    that an axis has one vote however many metrics measure it. Means are over what a method has a figure and a rival on.
    A missing figure (NaN) is neither a win nor a loss of anyone.

    Args:
        merits: signed so that more is better; NaN where there is none.
        axes: (K,) the number of each metric's axis, from 0; all of one axis where none is given.
    """
    # the mean rank counts a method itself, every method that it beats, and half of those that it ties with
    of_methods = np.moveaxis(merits, -2, 0)
    ranks = pd.DataFrame(of_methods.reshape(len(of_methods), -1)).rank().to_numpy()
    wins = np.moveaxis(ranks.reshape(of_methods.shape), 0, -2) - 1
    rivals = np.isfinite(merits).sum(axis=-2, keepdims=True) - 1
    return _mean_over_axes(wins, rivals, axes)


def _mean_over_axes(wins: Array, rivals: NDArray[np.integer[Any]], axes: Sequence[int] | None) -> Array:
    """Win rates (...) from wins (..., K), NaN where there is no figure, over so many rivals."""
    known = np.isfinite(wins) & (rivals > 0)
    shares = np.where(known, wins, 0.0) / np.maximum(rivals, 1)
    places = np.zeros(wins.shape[-1], np.intp) if axes is None else np.asarray(axes, np.intp)
    of_axes = (places[:, None] == np.arange(places.max(initial=-1) + 1)).astype(np.float64)
    return finite_mean(ratio(shares @ of_axes, known @ of_axes))


def rate_against(
    merits: Array, drawn: Array, rivals: Array, rivals_drawn: Array, axes: Sequence[int], level: float = 0.95
) -> Rank:
    """The win rate of one method against M others, who do not meet each other; it has no rank.

    Args:
        merits: (K,) its figures, as in `rank_methods`.
        drawn: (draws, K) the same under resampled faces and seeds.
        rivals: (M, K) those of the others.
        rivals_drawn: (draws, M, K).
        axes: as in `win_rates`.
        level: of the interval, in (0, 1).
    """

    def rates(own: Array, others: Array) -> Array:
        mine = own[..., None, :]
        wins = (mine > others).sum(axis=-2) + (mine == others).sum(axis=-2) / 2
        return _mean_over_axes(np.where(np.isfinite(own), wins, np.nan), np.isfinite(others).sum(axis=-2), axes)

    return Rank(float(rates(merits, rivals)), *percentile_interval(rates(drawn, rivals_drawn), level), None)


def rank_methods(merits: Array, drawn: Array, axes: Sequence[int] | None = None, level: float = 0.95) -> list[Rank]:
    """Rank M methods.

    A method is significantly better than another where the `level` interval of the difference of their win rates, draw
    by draw, lies above 0: where it leads in all draws but half of what `level` leaves.

    Args:
        merits: (M, K) figures on K metrics, signed so that more is better; NaN where there is none.
        drawn: (draws, M, K) the same under resampled faces and seeds, all methods under the same faces.
        axes: as in `win_rates`.
        level: of the intervals, in (0, 1).
    """
    rates, drawn_rates = win_rates(merits, axes), win_rates(drawn, axes)
    ranks: list[Rank] = []
    for method, rate in enumerate(rates):
        own = drawn_rates[:, method]
        leads = (drawn_rates > own[:, None]).mean(axis=0)
        better = int((leads > (1 + level) / 2).sum())
        ranks.append(Rank(float(rate), *percentile_interval(own, level), None if np.isnan(rate) else 1 + better))
    return ranks
