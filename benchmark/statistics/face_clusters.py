"""Source faces as the units of resampling: sums of tallies by face, and how often each draw draws a face."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_MAX_BLOCK_SUMS: Final = 4_000_000
"""Bounds memory: the draws of a thousand runs' sums of 19 classes would take 600 MB."""
Statistic = Callable[[Array], Array]
"""From summed tallies (..., 2, K) to figures (...), as `ImageMetric.statistic`."""


@dataclass(frozen=True)
class FaceSums:
    """Tallies of one or more methods summed by source face, over the tasks that all of their runs have a figure for.

    Attributes:
        methods: a method each, (S, F, 2, K) sums of S runs (one a seed) over F faces.
        num_tasks: tasks that every run has a figure for.
    """

    methods: tuple[Array, ...]
    num_tasks: int

    @property
    def num_faces(self) -> int:
        """Source faces with such a task."""
        return int(self.methods[0].shape[1])

    @property
    def num_seeds(self) -> list[int]:
        """Runs of each method."""
        return [len(method) for method in self.methods]

    def figures(self, statistic: Statistic) -> list[Array]:
        """A method each, (S,) figures of its runs over all faces."""
        every = statistic(np.concatenate(self.methods).sum(axis=1))
        return np.split(every, np.cumsum(self.num_seeds)[:-1])


def tasks_with_values(methods: Sequence[Sequence[Array]]) -> NDArray[np.bool_]:
    """Which tasks every run of a method has a figure for: (M, T), from the runs' tallies (T, 2, K)."""
    if not methods:
        return np.empty((0, 0), dtype=np.bool_)
    runs = np.stack([tally for tallies in methods for tally in tallies])
    starts = np.cumsum([0, *(len(tallies) for tallies in methods[:-1])])
    known: NDArray[np.bool_] = np.logical_and.reduceat(runs.any(axis=(2, 3)), starts)
    return known


def group_equal(tasks: Iterable[NDArray[np.bool_]]) -> list[list[int]]:
    """Places of equal task selections (T,), so that what they share need be drawn only once."""
    places: dict[bytes, list[int]] = {}
    for place, selected in enumerate(tasks):
        places.setdefault(selected.tobytes(), []).append(place)
    return list(places.values())


def sum_by_face(methods: Sequence[Sequence[Array]], clusters: NDArray[Any]) -> FaceSums:
    """Sum tallies by face.

    Args:
        methods: a method each, its runs' tallies (T, 2, K).
        clusters: (T,) labels, the source face of each task.

    Raises:
        ValueError: if a tally does not have one row a task.
    """
    for tally in (tally for runs in methods for tally in runs):
        if len(tally) != len(clusters):
            raise ValueError(f"a tally of shape {tally.shape} for {len(clusters)} tasks")
    runs = np.stack([tally for tallies in methods for tally in tallies], axis=1)
    known: NDArray[np.bool_] = np.all(runs.any(axis=(2, 3)), axis=1)
    faces, face_of_task = np.unique(clusters[known], return_inverse=True)
    order = np.argsort(face_of_task, kind="stable")
    starts = np.searchsorted(face_of_task[order], np.arange(len(faces)))
    rows = np.flatnonzero(known)[order]
    by_face = np.add.reduceat(runs[rows], starts) if len(faces) else runs[:0]
    sums = np.ascontiguousarray(by_face.swapaxes(0, 1))
    return FaceSums(tuple(np.split(sums, np.cumsum([len(tallies) for tallies in methods])[:-1])), int(known.sum()))


def draw_faces(num_faces: int, draws: int, generator: np.random.Generator) -> Array:
    """How often each of F faces comes up when F are drawn with replacement: (draws, F)."""
    drawn = generator.integers(num_faces, size=(draws, num_faces)) + num_faces * np.arange(draws)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=draws * num_faces)
    return counts.reshape(draws, num_faces).astype(np.float64)


def statistics_of_runs(sums: Array, weights: Array, statistic: Statistic) -> Array:
    """Figures (draws, S) of S runs' sums (S, F, 2, K) under weights (draws, F).

    Runs that were scored on the same tasks often share all denominators, which are then drawn once.
    """
    at_once = max(1, _MAX_BLOCK_SUMS // (len(weights) * sums[0, 0].size))
    blocks = (sums[start : start + at_once] for start in range(0, len(sums), at_once))
    if len(sums) == 1 or (sums[1:, :, 1] != sums[0, :, 1]).any():
        return np.concatenate([statistic(np.tensordot(weights, block, axes=(1, 1))) for block in blocks], axis=-1)
    denominators = np.tensordot(weights, sums[0, :, 1], axes=(1, 0))
    drawn: list[Array] = []
    for block in blocks:
        numerators = np.tensordot(weights, block[:, :, 0], axes=(1, 1))
        both = np.empty((2, *numerators.shape))
        both[0], both[1] = numerators, denominators[:, None]
        drawn.append(statistic(np.moveaxis(both, 0, 2)))
    return np.concatenate(drawn, axis=-1)
