"""The square of a face in a photograph, as CelebA-HQ lays it, cut out at any size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.images.convert import Pixels

FINEST: Final = 1024
"""Sides of squares, in pixels, that are cut as finely as the photograph is; larger ones are averaged first."""
BLUR: Final = 0.02
"""Deviation of the blur of what is reflected, as a fraction of the square's side,"""
FADE: Final = 0.1
"""and how far outside the photograph it is whole, as a fraction of the side."""

Points = NDArray[np.float64]


@dataclass(frozen=True)
class FaceSquare:
    """A square in a photograph, at any angle; pixels have their centres at whole numbers.

    Attributes:
        centre: (2,) x and y, in pixels.
        right: (2,) unit vector along its upper side.
        side: in pixels.
    """

    centre: Points
    right: Points
    side: float

    @property
    def corners(self) -> Points:
        """(4, 2): from the upper left one, clockwise as the face is seen."""
        steps = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * self.side / 2
        found: Points = self.centre + steps @ self.axes
        return found

    @property
    def axes(self) -> Points:
        """(2, 2): unit vectors along its upper side, and down."""
        return np.stack([self.right, [-self.right[1], self.right[0]]])

    def to_photograph(self, size: int) -> Points:
        """(2, 3): takes a pixel of the square at `size` x `size` pixels to where it lies in the photograph."""
        pixel = self.side / size
        first = self.corners[0] + pixel / 2 * self.axes.sum(axis=0)
        return np.concatenate([pixel * self.axes.T, first[:, None]], axis=1)

    def there(self, points: Points, size: int) -> Points:
        """(N, 2) points of the square at `size` x `size` pixels, in pixels of the photograph."""
        way = self.to_photograph(size)
        moved: Points = points @ way[:, :2].T + way[:, 2]
        return moved

    def has(self, columns: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(h, w): whether the pixels at rows (h,) and columns (w,) of the photograph lie in it."""
        across, down = columns[None, :] - self.centre[0], rows[:, None] - self.centre[1]
        distances = (np.abs(across * axis[0] + down * axis[1]) for axis in self.axes)
        found: NDArray[np.bool_] = np.maximum(*distances) <= self.side / 2
        return found


def celeba_hq_square(points: Points) -> FaceSquare:
    """The square that CelebA-HQ cuts out (Karras et al., "Progressive Growing of GANs", ICLR 2018, appendix C).

    Args:
        points: (5, 2) centres of both eyes, nose, and corners of the mouth, each pair from the image's left.

    Raises:
        ValueError: if the points are one, or no numbers.
    """
    left_eye, right_eye, _, left_corner, right_corner = points
    between = right_eye - left_eye
    upwards = (left_eye + right_eye) / 2 - (left_corner + right_corner) / 2
    direction = between + np.array([-upwards[1], upwards[0]])
    length = math.hypot(*direction)
    side = max(4.0 * math.hypot(*between), 3.6 * math.hypot(*upwards))
    if not (math.isfinite(length) and length > 0 and side > 0):
        raise ValueError("the points of a face are one")
    return FaceSquare((left_eye + right_eye) / 2 - 0.1 * upwards, direction / length, side)


def cut(photograph: Pixels, square: FaceSquare, size: int) -> Pixels:
    """What a photograph (H, W, 3) shows in a square, at (size, size, 3).

    Outside the photograph it is reflected at its border, and blurred the more the further out. A pixel is the mean of
    all that it covers.
    """
    step = max(1, int(square.side // max(FINEST, 2 * size)))
    least, most = square.corners.min(axis=0), square.corners.max(axis=0)
    left, top = (int(value) for value in np.floor(least) - 2 * step)
    columns, rows = (step * int(value) for value in np.ceil((most - least) / step) + 5)
    ground = _surroundings(photograph, (left, top, columns, rows), square.side, step)
    samples = size * max(1, math.ceil(square.side / step / size))
    way = square.to_photograph(samples)
    way[:, 2] = (way[:, 2] - [left, top] + 0.5) / step - 0.5
    way[:, :2] /= step
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    fine = cv2.warpAffine(ground, way, (samples, samples), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    found: Pixels = fine if samples == size else cv2.resize(fine, (size, size), interpolation=cv2.INTER_AREA)
    return found


def _surroundings(photograph: Pixels, box: tuple[int, int, int, int], side: float, step: int) -> Pixels:
    """A box (left, top, columns, rows) of a photograph, which may reach beyond it, `step` times smaller."""
    left, top, columns, rows = box
    height, width = photograph.shape[:2]
    across, down = np.arange(left, left + columns), np.arange(top, top + rows)
    shown = photograph[np.ix_(_reflected(down, height), _reflected(across, width))]
    outside = np.maximum(_outside(down, height)[:, None], _outside(across, width)[None, :]).astype(np.float32)
    if step > 1:
        smaller = (columns // step, rows // step)
        shown, outside = (cv2.resize(plane, smaller, interpolation=cv2.INTER_AREA) for plane in (shown, outside))
    if not outside.any():
        return np.ascontiguousarray(shown)
    blurred = cv2.GaussianBlur(shown, (0, 0), max(BLUR * side / step, 0.1))
    share = np.clip(outside / (FADE * side), 0, 1)[..., None]
    faded: Pixels = np.rint(shown + share * (blurred.astype(np.float32) - shown)).astype(np.uint8)
    return faded


def _reflected(places: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Places from 0 to count - 1 in their stead: reflected at the first and the last one, as often as it takes."""
    period = max(2 * (count - 1), 1)
    within = places % period
    return np.minimum(within, period - within) if count > 1 else np.zeros_like(places)


def _outside(places: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """How many pixels each place lies before the first or after the last one."""
    return np.maximum(np.maximum(-places, places - (count - 1)), 0)
