"""Faces as the units of resampling: sums of tallies by face, and how often each draw draws a face."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
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
        crossed: the same by target face, and by pair of both, where tasks of different sources share targets.
    """

    methods: tuple[Array, ...]
    num_tasks: int
    crossed: tuple[FaceSums, ...] = ()

    @property
    def num_faces(self) -> int:
        """Source faces with such a task."""
        return int(self.methods[0].shape[1])

    @property
    def ways(self) -> tuple[FaceSums, ...]:
        """By source, and where they cross by target and by pair."""
        return self, *self.crossed

    @property
    def counts(self) -> tuple[int, ...]:
        """Of the faces, or pairs, of each way."""
        return tuple(way.num_faces for way in self.ways)

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


def face_numbers(clusters: NDArray[Any]) -> list[NDArray[np.intp]]:
    """The ways in which T tasks are alike, numbers (T,) each: of sources, and where they cross of targets and pairs.

    They cross where a target is edited after several sources. A target that has one source alone is drawn with it.

    Args:
        clusters: (T,) labels, the source face of each task; or (T, 2), its source and its target face.
    """
    if clusters.ndim == 1:
        return [np.unique(clusters, return_inverse=True)[1]]
    sources, targets = (np.unique(column, return_inverse=True)[1] for column in clusters.T)
    pairs = np.unique(sources * (targets.max(initial=0) + 1) + targets, return_inverse=True)[1]
    crossed = pairs.max(initial=0) > targets.max(initial=0)
    return [sources, targets, pairs] if crossed else [sources]


def sum_by_face(methods: Sequence[Sequence[Array]], clusters: NDArray[Any]) -> FaceSums:
    """Sum tallies by face.

    Args:
        methods: a method each, its runs' tallies (T, 2, K).
        clusters: as in `face_numbers`.

    Raises:
        ValueError: if a tally does not have one row a task.
    """
    for tally in (tally for runs in methods for tally in runs):
        if len(tally) != len(clusters):
            raise ValueError(f"a tally of shape {tally.shape} for {len(clusters)} tasks")
    runs = np.stack([tally for tallies in methods for tally in tallies], axis=1)
    known: NDArray[np.bool_] = np.all(runs.any(axis=(2, 3)), axis=1)
    starts = np.cumsum([len(tallies) for tallies in methods])[:-1]
    by_source, *crossed = (
        FaceSums(tuple(np.split(_sum_by_number(runs[known], numbers), starts)), int(known.sum()))
        for numbers in face_numbers(clusters[known])
    )
    return replace(by_source, crossed=tuple(crossed))


def _sum_by_number(runs: Array, numbers: NDArray[np.intp]) -> Array:
    """Sums (S, F, 2, K) of runs' tallies (T, S, 2, K) by the number of each task's face."""
    order = np.argsort(numbers, kind="stable")
    starts = np.searchsorted(numbers[order], np.arange(numbers.max(initial=-1) + 1))
    by_face = np.add.reduceat(runs[order], starts) if len(starts) else runs[:0]
    return np.ascontiguousarray(by_face.swapaxes(0, 1))


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
