"""Curves: smooth outlines through control points, ribbons and ellipses, as (N, 2) arrays of x and y."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

_QUARTER_TURN = np.array((-1.0, 1.0))
_ONES = np.ones(2)


@lru_cache(maxsize=64)
def _closed_basis(count: int, steps: int) -> NDArray[np.float64]:
    basis = np.zeros((count * steps, count))
    for segment in range(count):
        for step in range(steps):
            for offset, weight in zip((-1, 0, 1, 2), _catmull_rom(step / steps), strict=True):
                basis[segment * steps + step, (segment + offset) % count] += weight
    return basis


@lru_cache(maxsize=64)
def _open_basis(count: int, steps: int) -> NDArray[np.float64]:
    basis = np.zeros(((count - 1) * steps + 1, count))
    for segment in range(count - 1):
        for step in range(steps):
            for offset, weight in zip((-1, 0, 1, 2), _catmull_rom(step / steps), strict=True):
                basis[segment * steps + step, min(max(segment + offset, 0), count - 1)] += weight
    basis[-1, -1] = 1.0
    return basis


def _catmull_rom(t: float) -> tuple[float, float, float, float]:
    return (
        0.5 * (-t + 2 * t**2 - t**3),
        0.5 * (2 - 5 * t**2 + 3 * t**3),
        0.5 * (t + 4 * t**2 - 3 * t**3),
        0.5 * (-(t**2) + t**3),
    )


def smooth_closed(points: Points, steps: int = 6) -> Points:
    """Return the closed Catmull-Rom curve through (N, 2) points, as (N * steps, 2)."""
    return _closed_basis(len(points), steps) @ points


def smooth_open(points: Points, steps: int = 6) -> Points:
    """Return the Catmull-Rom curve from the first of (N, 2) points to the last, as ((N - 1) * steps + 1, 2)."""
    return _open_basis(len(points), steps) @ points


def ribbon(spine: Points, half_width: float | NDArray[np.float64]) -> Points:
    """Return the outline, (2 N, 2), of a stroke along an (N, 2) spine; `half_width` is one number or (N,)."""
    tangent = np.empty_like(spine)
    tangent[1:-1] = spine[2:] - spine[:-2]
    tangent[0], tangent[-1] = spine[1] - spine[0], spine[-1] - spine[-2]
    tangent /= np.sqrt((tangent * tangent) @ _ONES + 1e-24)[:, None]
    normal = tangent[:, ::-1] * _QUARTER_TURN
    normal *= half_width if isinstance(half_width, float) else half_width[:, None]
    return np.concatenate((spine + normal, (spine - normal)[::-1]))


@lru_cache(maxsize=8)
def _circle(count: int) -> Points:
    angle = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    return np.stack((np.cos(angle), np.sin(angle)), axis=1)


def ellipse(x: float, y: float, radius_x: float, radius_y: float, count: int = 28) -> Points:
    """Return an upright ellipse around (x, y) as (count, 2) points."""
    return _circle(count) * (radius_x, radius_y) + (x, y)


def rounded_box(x: float, y: float, half_width: float, half_height: float) -> Points:
    """Return a superellipse around (x, y), a box with round corners, as (28, 2) points."""
    unit = _circle(28)
    return np.sign(unit) * np.sqrt(np.abs(unit)) * (half_width, half_height) + (x, y)
