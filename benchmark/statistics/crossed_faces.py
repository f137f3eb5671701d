"""Figures under resampled faces, where tasks share source faces and, across these, the target faces that they edit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.face_clusters import Array, FaceSums, Statistic, draw_faces, face_numbers, statistics_of_runs
from benchmark.statistics.ratios import ratio

SOURCE: Final = "source face"
SOURCE_AND_TARGET: Final = "source and target face"


@dataclass(frozen=True)
class Resampled:
    """Figures (draws, ...) under faces drawn with replacement, each with all of its tasks.

    Attributes:
        ways: under drawn source faces; and where tasks of different sources share targets, under drawn target faces,
            and under drawn pairs of both.
    """

    ways: tuple[Array, ...]

    @property
    def by_source(self) -> Array:
        """Under drawn source faces."""
        return self.ways[0]

    def map(self, function: Callable[[Array], Array]) -> Resampled:
        """The same of what a function makes of the figures, such as differences of two."""
        return Resampled(tuple(function(drawn) for drawn in self.ways))

    def __sub__(self, other: Resampled) -> Resampled:
        """Differences of figures under the same draws."""
        return Resampled(tuple(one - two for one, two in zip(self.ways, other.ways, strict=True)))

    @property
    def two_way(self) -> Array:
        """(draws, ...): those under drawn sources, with as much of the deviations under drawn targets as is lacking.

        Their variance is that of Cameron, Gelbach and Miller (Journal of Business & Economic Statistics 29(2), 2011):
        between sources plus between targets minus between pairs, and never below the larger of the first two. Drawing
        both at once would count the chance of a single task three times (Owen, Annals of Applied Statistics 2007).
        """
        return self._with_share(self._share)

    @property
    def two_way_comparable(self) -> Array:
        """(draws, M): as `two_way`, with one share for all M methods, so that they can be compared draw by draw.

        It is the largest that a method, or a difference of two, lacks. With shares of their own what sources do to all
        of them alike would hide what targets do to each, and differences would vary too little.
        """
        if len(self.ways) == 1:
            return self.by_source
        differences = (self.map(partial(_ahead_of_later, number)) for number in range(self.by_source.shape[1]))
        return self._with_share(np.concatenate([found._share for found in (self, *differences)]).max(initial=0.0))

    @property
    def widening(self) -> Array:
        """(...): the two-way standard error over that of sources alone, 1 or more."""
        if len(self.ways) == 1:
            return np.ones(self.by_source.shape[1:])
        wider: Array = np.sqrt(1 + np.nan_to_num(ratio(self._lacking, _variance(self.by_source))))
        return wider

    @property
    def _share(self) -> Array:
        """(...) of the deviations under drawn targets, those that drawn sources lack."""
        if len(self.ways) == 1:
            return np.zeros(self.by_source.shape[1:])
        share: Array = np.nan_to_num(np.sqrt(ratio(self._lacking, _variance(self.ways[1]))))
        return share

    def _with_share(self, share: Array) -> Array:
        if len(self.ways) == 1:
            return self.by_source
        by_target = self.ways[1]
        deviations: Array = share * (by_target - _mean(by_target))
        return self.by_source + deviations

    @property
    def _lacking(self) -> Array:
        """Variance (...) that drawn sources do not show."""
        sources, targets, pairs = map(_variance, self.ways)
        lacking: Array = np.maximum(targets - np.minimum(sources, pairs), 0.0)
        return lacking


def draw_weights(counts: Sequence[int], draws: int, generator: np.random.Generator) -> list[Array]:
    """How often each face comes up in each draw, (draws, F) and read-only, of every way in which tasks are alike."""
    weights = [draw_faces(number, draws, generator) for number in counts]
    for of_way in weights:
        of_way.setflags(write=False)
    return weights


def resample(sums: FaceSums, weights: Sequence[Array], statistic: Statistic) -> Resampled:
    """Figures (draws, R) of all runs of `sums`, in their order, under the weights of each of its ways."""
    ways = zip(sums.ways, weights, strict=True)
    return Resampled(tuple(statistics_of_runs(np.concatenate(way.methods), drawn, statistic) for way, drawn in ways))


def mean_over_seeds(drawn: Array) -> Array:
    """Means (draws, ...) of one method's figures (draws, S, ...)."""
    means: Array = drawn.mean(axis=1)
    return means


def faces_resampled(clusters: NDArray[Any]) -> str:
    """What intervals of these tasks resample, in words; `clusters` as in `face_numbers`."""
    return SOURCE_AND_TARGET if len(face_numbers(clusters)) > 1 else SOURCE


def _ahead_of_later(number: int, drawn: Array) -> Array:
    """A method's figures less those of each method after it, (draws, M - 1 - number) of (draws, M)."""
    ahead: Array = drawn[:, [number]] - drawn[:, number + 1 :]
    return ahead


def _mean(drawn: Array) -> Array:
    known = np.isfinite(drawn)
    return ratio(np.where(known, drawn, 0.0).sum(axis=0), known.sum(axis=0))


def _variance(drawn: Array) -> Array:
    """Over the draws that have a figure; 0 where none has."""
    deviations = np.square(drawn - _mean(drawn))
    return np.nan_to_num(_mean(deviations))
