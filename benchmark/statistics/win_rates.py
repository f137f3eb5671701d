"""Ranks of methods by their win rate: how many of the others each beats, on average over metrics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.statistics.bootstrap import percentile_interval

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rank:
    """Where a method stands.

    Attributes:
        win_rate: share of other methods that it beats, the mean over metrics, in [0, 1]; NaN where it has no rival.
        low: lower end of the win rate's interval.
        high: upper end.
        rank: 1 plus the number of methods that are significantly better, so that those that do not differ
            significantly may share a rank; None where it has no rival.
    """

    win_rate: float
    low: float
    high: float
    rank: int | None


def win_rates(merits: Array) -> Array:
    """Win rates (..., M) of M methods from merits (..., M, K) on K metrics, more being better.

    On each metric a method is set against all others that have a figure; a tie is half a win. The mean is over the
    metrics on which it has a figure and a rival (Liang et al., Holistic Evaluation of Language Models, TMLR 2023).
    A missing figure (NaN) is neither a win nor a loss of anyone.
    """
    # the mean rank counts a method itself, every method that it beats, and half of those that it ties with
    of_methods = np.moveaxis(merits, -2, 0)
    ranks = pd.DataFrame(of_methods.reshape(len(of_methods), -1)).rank().to_numpy()
    wins = np.moveaxis(ranks.reshape(of_methods.shape), 0, -2) - 1
    rivals = np.isfinite(merits).sum(axis=-2, keepdims=True) - 1
    known = np.isfinite(wins) & (rivals > 0)
    shares = np.where(known, wins, 0.0) / np.maximum(rivals, 1)
    metrics = known.sum(axis=-1)
    blank = np.full(metrics.shape, np.nan)
    mean: Array = np.divide(shares.sum(axis=-1), metrics, out=blank, where=metrics > 0)
    return mean


def rank_methods(merits: Array, drawn: Array, level: float = 0.95) -> list[Rank]:
    """Rank M methods.

    A method is significantly better than another where the `level` interval of the difference of their win rates, draw
    by draw, lies above 0: where it leads in all draws but half of what `level` leaves.

    Args:
        merits: (M, K) figures on K metrics, signed so that more is better; NaN where there is none.
        drawn: (draws, M, K) the same under resampled faces and seeds, all methods under the same faces.
        level: of the intervals, in (0, 1).
    """
    rates, drawn_rates = win_rates(merits), win_rates(drawn)
    ranks: list[Rank] = []
    for method, rate in enumerate(rates):
        own = drawn_rates[:, method]
        leads = (drawn_rates > own[:, None]).mean(axis=0)
        better = int((leads > (1 + level) / 2).sum())
        ranks.append(Rank(float(rate), *percentile_interval(own, level), None if np.isnan(rate) else 1 + better))
    return ranks
