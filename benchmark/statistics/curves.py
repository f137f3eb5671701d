"""Curves of figures over strength, the same under resampled source faces, and where they reach a level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.face_clusters import Array, draw_faces, statistics_of_runs
from benchmark.statistics.ratios import StatisticOfGroups, mean_of_ratios

_HALVINGS: Final = 40
"""Of the piece in which a level is reached, after which its place is known to single precision and beyond."""


@dataclass(frozen=True)
class FaceDraws:
    """Source faces of T tasks, and how often each of them comes up in each draw, the same for all methods and metrics.

    Attributes:
        of_tasks: (T,) the number of each task's face.
        weights: (draws, F).
        seed: of what is drawn beside faces.
    """

    of_tasks: NDArray[np.intp]
    weights: Array
    seed: int = 0

    @classmethod
    def of(cls, sources: NDArray[Any], draws: int, seed: int = 0) -> FaceDraws:
        """Draws of the faces (T,) of tasks; equal arguments give equal draws."""
        faces, of_tasks = np.unique(sources, return_inverse=True)
        generator = np.random.default_rng(seed)
        return cls(np.asarray(of_tasks, np.intp), draw_faces(len(faces), draws, generator), seed)

    @property
    def num_faces(self) -> int:
        """F."""
        return int(self.weights.shape[1])

    def generator(self) -> np.random.Generator:
        """Of the errors that seeds add; a new one, at its beginning."""
        return np.random.default_rng([self.seed, 1])


@dataclass(frozen=True)
class Curves:
    """Figures of a method's seeds over strength.

    Attributes:
        values: (S, G) figures of S seeds at G strengths.
        drawn: (draws, S, G) the same under resampled faces.
    """

    values: Array
    drawn: Array

    @classmethod
    def of(cls, runs: Sequence[Array], num_strengths: int, faces: FaceDraws) -> Curves:
        """From tallies (T, 2, G·K) of a run a seed, as `terms_by_group` makes them of G strengths.

        Tasks that a run has no figure for are left out of all.
        """
        known = np.all([tally.any(axis=(1, 2)) for tally in runs], axis=0)
        sums = np.zeros((len(runs), faces.num_faces, *runs[0].shape[1:]))
        for of_run, tally in zip(sums, runs, strict=True):
            np.add.at(of_run, faces.of_tasks[known], tally[known])
        of_strengths = StatisticOfGroups(mean_of_ratios, num_strengths)
        drawn = statistics_of_runs(sums, faces.weights, of_strengths)
        return cls(np.moveaxis(of_strengths(sums.sum(axis=1)), 0, -1), np.moveaxis(drawn, 0, -1))


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
