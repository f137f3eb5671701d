"""The points of a face where its parsed parts are, which are finer than landmarks where both agree."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.photographs.align import FaceSquare, Points
from benchmark.protocols.placed_parts import landmarks
from methods.labels import LABELS, MOUTH_LABELS

NEAR: Final = 0.3
"""How far, in distances of the eyes, parts may lie from landmarks and still be believed: others are of no face."""
EYE: Final = (0.0002, 0.02)
"""Shares of the square that an eye has at least and at most."""


def refined(points: Points, square: FaceSquare, mask: NDArray[np.uint8]) -> Points:
    """Points (5, 2) of a face in a photograph, moved to its parts; as they were where these are not to be believed.

    Args:
        points: as landmarks have them: centres of both eyes, nose, and corners of the mouth.
        square: cut around them.
        mask: (S, S) labels of what it shows.
    """
    found = _points_of(mask)
    if found is None:
        return points
    moved = square.there(found, len(mask))
    eyes = math.dist(points[0], points[1])
    mouths = math.dist(moved[3:].mean(axis=0), points[3:].mean(axis=0))
    if max(math.dist(moved[0], points[0]), math.dist(moved[1], points[1]), mouths) > NEAR * eyes:
        return points
    moved[2] = points[2]
    return moved


def _points_of(mask: NDArray[np.uint8]) -> Points | None:
    """(5, 2) in pixels of a mask, x before y, the nose unknown; None where an eye or the mouth is not what one is."""
    centres = landmarks(mask)
    shares = [(mask == LABELS.index(eye)).mean() for eye in ("l_eye", "r_eye")]
    if centres is None or not all(EYE[0] <= share <= EYE[1] for share in shares):
        return None
    left, right = sorted(centres[:2], key=lambda centre: float(centre.real))
    rows, columns = np.nonzero(np.isin(mask, MOUTH_LABELS))
    corners = [(column, rows[columns == column].mean()) for column in (columns.min(), columns.max())]
    return np.array([(left.real, left.imag), (right.real, right.imag), (np.nan, np.nan), *corners])
