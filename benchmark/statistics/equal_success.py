"""Methods at equal success: what is left of a face at the strength at which an edit succeeds as often as another's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from benchmark.statistics.bootstrap import percentile_interval
from benchmark.statistics.crossed_faces import Resampled, mean_over_seeds
from benchmark.statistics.curves import Curves, FaceDraws, SmoothCurves
from benchmark.statistics.face_clusters import Array
from benchmark.statistics.seed_variance import pooled_error, seed_error, seed_spreads
from benchmark.statistics.simultaneous import simultaneous_half_widths

REACHED_IN: Final = 0.975
"""Share of the resamples that must reach a level for an interval: the others have no figure there."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval; NaN where there is none.

    Attributes:
        value: the mean over seeds.
        low: lower end.
        high: upper end.
    """

    value: float
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True)
class AtLevel:
    """A method at one level of success.

    Attributes:
        strength: at which it reaches the level.
        preserved: by metric, the figure there.
        reached_in: share of the resamples in which every seed reaches the level.
        values: by metric, (S,) of each seed.
        drawn: by metric, the same under resampled faces, (draws, S).
    """

    strength: Estimate
    preserved: Mapping[str, Estimate]
    reached_in: float
    values: Mapping[str, Array]
    drawn: Mapping[str, Resampled]


def at_levels(
    success: Curves,
    preserved: Mapping[str, Curves],
    strengths: Sequence[float],
    levels: Sequence[float],
    faces: FaceDraws,
) -> tuple[AtLevel, ...]:
    """A method where it first reaches each of several levels of success, interpolated between strengths.

    Every resample of faces has curves of its own, and so another strength at which it reaches a level; seeds are
    nested as in `bootstrap_interval`.

    Args:
        success: its curves of success, of which more is better.
        preserved: by metric, its curves of what an edit is to preserve.
        strengths: (G,) of the points, two or more, ascending.
        levels: of success.
        faces: the resamples.
    """
    reaching = _Smooth.of(success, strengths)
    kept = {name: _Smooth.of(curves, strengths) for name, curves in preserved.items()}
    return tuple(_at_level(reaching, kept, level, faces) for level in levels)


@dataclass(frozen=True)
class _Smooth:
    """The curves of a metric, of its seeds and of their resamples in each way of `Resampled`."""

    values: SmoothCurves
    drawn: tuple[SmoothCurves, ...]

    @classmethod
    def of(cls, curves: Curves, strengths: Sequence[float]) -> _Smooth:
        """Through the strengths at which every seed has a figure: where no face is found, identity has none."""
        known = np.isfinite(curves.values).all(axis=0)
        if known.sum() < 2:
            known = np.ones_like(known)
        places = np.asarray(strengths, np.float64)[known]
        values, *drawn = (
            SmoothCurves.through(places, points[..., known]) for points in (curves.values, *curves.drawn.ways)
        )
        return cls(values, tuple(drawn))


def _at_level(success: _Smooth, preserved: Mapping[str, _Smooth], level: float, faces: FaceDraws) -> AtLevel:
    reached = success.values.first_reached(level)
    drawn_reached = Resampled(tuple(of_way.first_reached(level) for of_way in success.drawn))
    values = {name: curves.values.at(reached) for name, curves in preserved.items()}
    drawn = {name: _drawn_at(curves, drawn_reached) for name, curves in preserved.items()}
    found = {name: _estimate(values[name], drawn[name], faces) for name in preserved}
    reached_in = float(np.isfinite(drawn_reached.map(mean_over_seeds).two_way).mean())
    return AtLevel(_estimate(reached, drawn_reached, faces), found, reached_in, values, drawn)


def _drawn_at(curves: _Smooth, places: Resampled) -> Resampled:
    """Figures where the curves of each resample are at a place of its own."""
    return Resampled(
        tuple(of_way.at(places_there) for of_way, places_there in zip(curves.drawn, places.ways, strict=True))
    )


@dataclass(frozen=True)
class Leads:
    """How far the method that preserves most at a level is ahead.

    Attributes:
        best: its place.
        over: by the place of another method that surely reaches the level, by how much.
    """

    best: int
    over: Mapping[int, Estimate]


def leads(methods: Sequence[AtLevel], metric: str, faces: FaceDraws, *, more_is_better: bool) -> Leads | None:
    """How far the method that preserves most at a level is ahead of the others, by their places among `methods`.

    The intervals are simultaneous over all pairs, since the best is chosen by looking. Methods that do not surely reach
    the level are no part of it.

    Args:
        methods: at the same level.
        metric: of what is preserved.
        faces: the resamples.
        more_is_better: the direction of the metric.

    Returns:
        None where fewer than two reach it.
    """
    sign = 1.0 if more_is_better else -1.0
    having = [place for place, found in enumerate(methods) if np.isfinite(found.preserved[metric].low)]
    if len(having) < 2:
        return None
    best = max(having, key=lambda place: sign * methods[place].preserved[metric].value)
    pairs = list(combinations(having, 2))
    deviations = np.stack([_deviations(methods[one], methods[other], metric, faces) for one, other in pairs], axis=1)
    widths = simultaneous_half_widths(deviations)
    found: dict[int, Estimate] = {}
    for (one, other), half in zip(pairs, widths.tolist(), strict=True):
        if best in (one, other):
            rival = other if one == best else one
            ahead = sign * (methods[best].preserved[metric].value - methods[rival].preserved[metric].value)
            found[rival] = Estimate(ahead, ahead - half, ahead + half)
    return Leads(best, found)


def _deviations(one: AtLevel, other: AtLevel, metric: str, faces: FaceDraws) -> Array:
    """How far resamples (draws,) of a difference of two methods lie from it, with the error that seeds add."""
    sides = [(found.values[metric], found.drawn[metric]) for found in (one, other)]
    known = np.all([np.isfinite(drawn.by_source).all(axis=1) for _, drawn in sides], axis=0)
    spreads = [spread for values, drawn in sides for spread in seed_spreads([values], drawn.by_source[known])]
    ours, theirs = (drawn.map(mean_over_seeds) for _, drawn in sides)
    differences = (ours - theirs).two_way
    error = pooled_error(spreads).draw(len(differences), faces.generator())
    deviations: Array = differences - (sides[0][0].mean() - sides[1][0].mean()) + error
    return deviations


def _estimate(values: Array, drawn: Resampled, faces: FaceDraws) -> Estimate:
    """From figures (S,) of seeds and (draws, S) under resampled faces; without an interval where too few have one."""
    value, means = float(values.mean()), drawn.map(mean_over_seeds).two_way
    known = np.isfinite(means)
    if not np.isfinite(value) or faces.num_faces < 2 or known.mean() < REACHED_IN:
        return Estimate(value)
    error = seed_error([values], [drawn.by_source[known]]).draw(int(known.sum()), faces.generator())
    return Estimate(value, *percentile_interval(means[known] + error))
