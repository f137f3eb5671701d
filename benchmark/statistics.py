"""Intervals for figures of one run: a bootstrap that resamples source faces, not edits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[np.float64]]


def bootstrap_interval(
    columns: Columns,
    summarise: Callable[[Columns, NDArray[np.float64]], float],
    clusters: NDArray[Any],
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of `summarise` by the cluster bootstrap (Davison and Hinkley 1997, section 3.8).

    One source face yields several edits, which succeed or fail together: whole faces are drawn with replacement, and
    each draw gives every task the number of times that its face was drawn as weight. With fewer than about 20 faces
    the interval is too narrow, as percentile intervals are.

    Args:
        columns: per-task figures by name, each (T,); NaN where a task has none. Tasks without a figure in any column
            are left out before faces are drawn.
        summarise: figure from columns and weights (T,), called once a draw.
        clusters: (T,) labels, the source face of each task.
        draws: resamples.
        level: coverage, in (0, 1).
        seed: of the draws; equal arguments give equal intervals.

    Returns:
        Lower and upper end; both NaN where fewer than two faces have a figure. Draws whose figure is NaN are skipped.

    Raises:
        ValueError: if a column does not have one value a task.
    """
    for name, values in columns.items():
        if values.shape != clusters.shape:
            raise ValueError(f"column {name!r} has shape {values.shape}, the clusters {clusters.shape}")
    known = np.zeros(clusters.shape, dtype=np.bool_)
    for values in columns.values():
        known |= ~np.isnan(values)
    kept = {name: values[known] for name, values in columns.items()}
    faces, face_of_task = np.unique(clusters[known], return_inverse=True)
    if len(faces) < 2:
        return float("nan"), float("nan")
    generator = np.random.default_rng(seed)
    figures = np.empty(draws)
    for draw in range(draws):
        drawn = np.bincount(generator.integers(len(faces), size=len(faces)), minlength=len(faces))
        figures[draw] = summarise(kept, drawn.astype(np.float64)[face_of_task])
    figures = figures[~np.isnan(figures)]
    if len(figures) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
