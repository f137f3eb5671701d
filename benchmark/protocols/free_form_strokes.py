"""Free-form holes: strokes of a brush that turns back and forth, of a given area (Yu et al., ICCV 2019)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Point = tuple[int, int]

NUM_VERTICES: Final = (4, 12)
"""Least number of a stroke's turns, and the first number that is too great."""
ANGLE: Final = 2 * math.pi / 5
ANGLE_SPREAD: Final = 2 * math.pi / 15
WIDTH: Final = (12 / 256, 40 / 256)
"""Bounds of a stroke's width, as shares of the image's side."""


def free_form_hole(chance: Random, side: int, least: float, most: float) -> NDArray[np.bool_]:
    """A hole whose area lies in (least, most], drawn until it covers a share that is uniform in that range.

    The published strokes are 1 to 3; here there are as many as the area takes.

    Args:
        chance: of everything that is random.
        side: of the square image in pixels.
        least: share of the image that the hole exceeds.
        most: share of the image that it does not exceed; at least 0.05 more than `least`.

    Returns:
        (side, side) bool, True within the hole.
    """
    while True:
        wanted = chance.uniform(least, most)
        hole = np.zeros((side, side), np.uint8)
        for start, end, width in _segments(chance, side):
            cv2.line(hole, start, end, 1, width)
            cv2.circle(hole, end, width // 2, 1, cv2.FILLED)
            if hole.mean() > wanted:
                break
        if hole.mean() <= most:
            return hole.astype(np.bool_)


def _segments(chance: Random, side: int) -> Iterator[tuple[Point, Point, int]]:
    """Endless segments of strokes: from where to where, and how wide in pixels.

    A segment's length is normal, its mean an eighth of the image's diagonal and its deviation half of that, and at most
    twice the mean; every other segment turns the other way.
    """
    reach = math.hypot(side, side) / 8
    while True:
        end = _within(side, chance.uniform(0, side), chance.uniform(0, side))
        width = max(1, round(side * chance.uniform(*WIDTH)))
        for turn in range(chance.randrange(*NUM_VERTICES)):
            angle = chance.uniform(ANGLE - ANGLE_SPREAD, ANGLE + ANGLE_SPREAD)
            if turn % 2 == 0:
                angle = 2 * math.pi - angle
            length = min(max(chance.gauss(reach, reach / 2), 0.0), 2 * reach)
            start = end
            end = _within(side, start[0] + length * math.cos(angle), start[1] + length * math.sin(angle))
            yield start, end, width


def _within(side: int, x: float, y: float) -> Point:
    column, row = (min(max(round(place), 0), side - 1) for place in (x, y))
    return column, row
