"""Verdicts on a metric from its values at growing strengths of a degradation: pure functions of arrays.

Half of the tasks, drawn without replacement, vary about as much as all tasks would if they were drawn anew
(Politis, Romano and Wolf, Subsampling, 1999, chapter 2). So halves show which changes are more than chance, for
metrics of single images and of sets alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from scipy.stats import t as student

from benchmark.calibration.schema import Shape

Array = NDArray[np.float64]

MARGIN: Final = 1.96
"""Standard errors to either side of a 95% interval."""
FALSE_CHANGES: Final = 0.05
"""Share of flat curves in which chance alone may look like a change, at most."""
SEPARATION: Final = 0.95
"""Share of subsamples that must order two neighbouring strengths correctly for them to count as distinguished."""


def margins(halves: Array) -> Array:
    """Half the width of a 95% interval of each value on all tasks: (R,) from values on halves (draws, R)."""
    return np.asarray(MARGIN * halves.std(axis=0))


def shape(values: Array, halves: Array) -> Shape:
    """The direction of a curve, by all pairs of strengths between which it changes.

    A pair is a change where the values differ by more than the margin of either, which covers another draw of tasks,
    and by more than chance explains of their difference on the same tasks: by Student's t over the halves, with
    Bonferroni's correction for the number of pairs.

    Args:
        values: (R,) on all tasks, by growing strength.
        halves: (draws, R) on halves of them.

    Returns:
        "not monotone" where changes go both ways, "insensitive" where there is none.
    """
    margin = margins(halves)
    later, earlier = np.tril_indices(len(values), -1)
    step = values[later] - values[earlier]
    chance = student.ppf(1 - FALSE_CHANGES / 2 / len(step), len(halves) - 1)
    least = np.maximum(margin[later], margin[earlier])
    least = np.maximum(least, chance * (halves[:, later] - halves[:, earlier]).std(axis=0, ddof=1))
    rises, falls = bool(np.any(step > least)), bool(np.any(-step > least))
    if rises and falls:
        return "not monotone"
    return "rising" if rises else "falling" if falls else "insensitive"


def rank_correlations(badness: Array) -> Array:
    """Spearman's rank correlation of each row with the strength: (..., R) to (...), NaN where a row is constant."""
    ranks = rankdata(badness, axis=-1)
    centred = ranks - ranks.mean(axis=-1, keepdims=True)
    positions = np.arange(badness.shape[-1]) - (badness.shape[-1] - 1) / 2
    norms = np.sqrt(np.square(centred).sum(axis=-1) * np.square(positions).sum())
    product = centred @ positions
    return np.asarray(np.divide(product, norms, out=np.full_like(product, np.nan), where=norms > 0))


def least_sizes(badness: Mapping[int, Array]) -> list[int | None]:
    """The least number of tasks from which on each strength is distinguished from the one before it.

    Args:
        badness: (draws, R) by number of tasks, greater where the metric says worse; the columns of a row come from the
            same tasks.

    Returns:
        R - 1 numbers; None where no size is enough.
    """
    sizes = sorted(badness, reverse=True)
    ordered = {size: (np.diff(badness[size], axis=1) > 0).mean(axis=0) >= SEPARATION for size in sizes}
    sizes_needed: list[int | None] = [None] * len(ordered[sizes[0]])
    for pair in range(len(sizes_needed)):
        for size in sizes:
            if not ordered[size][pair]:
                break
            sizes_needed[pair] = size
    return sizes_needed
