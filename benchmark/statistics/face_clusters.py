"""Source faces as the units of resampling: sums of tallies by face, and how often every draw picks a face."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_MAX_BLOCK_SUMS: Final = 4_000_000
"""Bounds memory: the draws of a thousand runs' sums of 19 classes would take 600 MB."""
Statistic = Callable[[Array], Array]
"""From summed tallies (..., 2, K) to scores (...), as `ImageMetric.figure`."""


@dataclass(frozen=True)
class FaceSums:
    """Tallies of one or more methods summed by source face, over the tasks with values in all of their runs.

    Attributes:
        methods: of every method, (S, F, 2, K) sums of S runs (one per seed) over F faces.
        num_tasks: tasks with values in every run.
    """

    methods: tuple[Array, ...]
    num_tasks: int

    @property
    def num_faces(self) -> int:
        """Source faces with such a task."""
        return int(self.methods[0].shape[1])


def tasks_with_values(runs: Sequence[Array]) -> NDArray[np.bool_]:
    """Which tasks have values in every run: (T,), from tallies (T, 2, K)."""
    known = np.ones(len(runs[0]), dtype=np.bool_)
    for tally in runs:
        known &= (tally != 0).any(axis=(1, 2))
    return known


def group_equal(selections: Sequence[NDArray[np.bool_]]) -> list[list[int]]:
    """Groups of indices of equal task selections (T,), for which faces need to be drawn only once."""
    groups: dict[bytes, list[int]] = {}
    for index, selected in enumerate(selections):
        groups.setdefault(selected.tobytes(), []).append(index)
    return list(groups.values())


def sum_by_face(methods: Sequence[Sequence[Array]], clusters: NDArray[Any]) -> FaceSums:
    """Sum tallies by face.

    Args:
        methods: the tallies (T, 2, K) of every method's runs.
        clusters: (T,) labels, the source face of each task.

    Raises:
        ValueError: if a tally does not have one row per task.
    """
    for tally in (tally for runs in methods for tally in runs):
        if len(tally) != len(clusters):
            raise ValueError(f"a tally of shape {tally.shape} for {len(clusters)} tasks")
    known = tasks_with_values([tally for runs in methods for tally in runs])
    faces, face_of_task = np.unique(clusters[known], return_inverse=True)
    order = np.argsort(face_of_task, kind="stable")
    starts = np.searchsorted(face_of_task[order], np.arange(len(faces)))

    def summed(tally: Array) -> Array:
        if not len(faces):
            return np.empty((0, *tally.shape[1:]))
        sums: Array = np.add.reduceat(tally[known][order], starts, axis=0)
        return sums

    return FaceSums(tuple(np.stack([summed(tally) for tally in runs]) for runs in methods), int(known.sum()))


def draw_faces(num_faces: int, draws: int, generator: np.random.Generator) -> Array:
    """How often each of F faces is picked when F are drawn with replacement: (draws, F)."""
    drawn = generator.integers(num_faces, size=(draws, num_faces)) + num_faces * np.arange(draws)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=draws * num_faces)
    return counts.reshape(draws, num_faces).astype(np.float64)


def statistics_of_runs(sums: Array, weights: Array, statistic: Statistic) -> Array:
    """Scores (draws, S) of S runs' sums (S, F, 2, K) under weights (draws, F)."""
    block_size = max(1, _MAX_BLOCK_SUMS // (len(weights) * sums[0, 0].size))
    blocks = (sums[start : start + block_size] for start in range(0, len(sums), block_size))
    return np.concatenate([statistic(np.tensordot(weights, block, axes=(1, 1))) for block in blocks], axis=-1)
