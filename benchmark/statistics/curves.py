"""Curves of figures over strength, the same under resampled faces, and where they reach a level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.crossed_faces import SOURCE, SOURCE_AND_TARGET, Resampled, draw_weights
from benchmark.statistics.face_clusters import Array, face_numbers, statistics_of_runs
from benchmark.statistics.ratios import StatisticOfGroups, mean_of_ratios

_HALVINGS: Final = 40
"""Of the piece in which a level is reached, after which its place is known to single precision and beyond."""


@dataclass(frozen=True)
class FaceDraws:
    """Faces of T tasks, and how often each of them comes up in each draw, the same for all methods and metrics.

    Attributes:
        of_tasks: (T,) the number of each task's face, of every way in which they are alike (`face_numbers`).
        weights: (draws, F) of each way.
        seed: of what is drawn beside faces.
    """

    of_tasks: Sequence[NDArray[np.intp]]
    weights: Sequence[Array]
    seed: int = 0

    @classmethod
    def of(cls, clusters: NDArray[Any], draws: int, seed: int = 0) -> FaceDraws:
        """Draws of the faces of tasks, `clusters` as in `face_numbers`; equal arguments give equal draws."""
        of_tasks = face_numbers(clusters)
        counts = [int(numbers.max(initial=-1)) + 1 for numbers in of_tasks]
        return cls(of_tasks, draw_weights(counts, draws, np.random.default_rng(seed)), seed)

    @property
    def num_faces(self) -> int:
        """Source faces."""
        return int(self.weights[0].shape[1])

    @property
    def resampled(self) -> str:
        """Which faces these are, in words."""
        return SOURCE if len(self.weights) == 1 else SOURCE_AND_TARGET

    def generator(self) -> np.random.Generator:
        """Of the errors that seeds add; a new one, at its beginning."""
        return np.random.default_rng([self.seed, 1])


@dataclass(frozen=True)
class Curves:
    """Figures of a method's seeds over strength.

    Attributes:
        values: (S, G) figures of S seeds at G strengths.
        drawn: the same under resampled faces, (draws, S, G).
    """

    values: Array
    drawn: Resampled

    @classmethod
    def of(cls, runs: Sequence[Array], num_strengths: int, faces: FaceDraws) -> Curves:
        """From tallies (T, 2, G·K) of a run a seed, as `terms_by_group` makes them of G strengths.

        Tasks that a run has no figure for are left out of all.
        """
        known = np.all([tally.any(axis=(1, 2)) for tally in runs], axis=0)
        of_strengths = StatisticOfGroups(mean_of_ratios, num_strengths)
        drawn: list[Array] = []
        for numbers, weights in zip(faces.of_tasks, faces.weights, strict=True):
            sums = np.zeros((len(runs), weights.shape[1], *runs[0].shape[1:]))
            for of_run, tally in zip(sums, runs, strict=True):
                np.add.at(of_run, numbers[known], tally[known])
            drawn.append(np.moveaxis(statistics_of_runs(sums, weights, of_strengths), 0, -1))
        return cls(np.moveaxis(of_strengths(sums.sum(axis=1)), 0, -1), Resampled(tuple(drawn)))


@dataclass(frozen=True)
class SmoothCurves:
    """Curves through points, which rise and fall only where their points do.

    Monotone cubics (Fritsch and Carlson, SIAM Journal on Numerical Analysis 1980): straight lines would reach a level
    too late where success saturates.

    Attributes:
        places: (G,) of the points, ascending.
        points: (..., G).
        pieces: (4, G - 1, ...) coefficients of the cubics between points, of the highest power first.
    """

    places: Array
    points: Array
    pieces: Array

    @classmethod
    def through(cls, places: Sequence[float] | Array, points: Array) -> SmoothCurves:
        """The curves through points (..., G) at two or more places; NaN throughout where one of a curve's is."""
        from scipy.interpolate import PchipInterpolator  # imported here: it takes a while

        known = np.isfinite(points).all(axis=-1, keepdims=True)
        pieces = PchipInterpolator(places, np.where(known, points, 0.0), axis=-1).c
        return cls(np.asarray(places, np.float64), np.where(known, points, np.nan), np.asarray(pieces, np.float64))

    def at(self, places: Array) -> Array:
        """Figures (...) at a place of each curve (...); NaN where the place is, or lies beyond the points."""
        known = np.where(np.isfinite(places), places, self.places[0])
        piece = np.clip(np.searchsorted(self.places, known, side="right") - 1, 0, len(self.places) - 2)
        without = np.isnan(self.points[..., 0]) | (places < self.places[0]) | (places > self.places[-1])
        figures: Array = np.where(without, np.nan, _cubic(*self._pieces(piece), places))
        return figures

    def first_reached(self, level: float) -> Array:
        """The first place (...) at which each curve reaches a level; NaN of those that never do.

        The first rather than any, since a curve may fall again where edits go too far.
        """
        reached = self.points >= level
        first = reached.argmax(axis=-1)
        piece = np.maximum(first - 1, 0)
        below, above = self.places[piece], self.places[np.maximum(first, 1)]
        coefficients, begins = self._pieces(piece)
        for _ in range(_HALVINGS):
            middle = (below + above) / 2
            short = _cubic(coefficients, begins, middle) < level
            below, above = np.where(short, middle, below), np.where(short, above, middle)
        places: Array = np.where(first > 0, above, self.places[0])
        return np.where(reached.any(axis=-1), places, np.nan)

    def _pieces(self, piece: NDArray[np.intp]) -> tuple[Array, Array]:
        """Coefficients (4, ...) of a piece (...) of each curve, and where it begins, (...)."""
        return np.take_along_axis(self.pieces, piece[None, None], axis=1)[:, 0], self.places[piece]


def _cubic(coefficients: Array, begins: Array, places: Array) -> Array:
    """Figures (...) at places (...) of cubics (4, ...) that begin somewhere, (...)."""
    cubic, square, line, constant = coefficients
    along = places - begins
    figures: Array = ((cubic * along + square) * along + line) * along + constant
    return figures
