"""The middles of both eyes as a parser sees them, where it sees the same in every one of several views of a face."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.images.convert import Pixels
from benchmark.photographs.align import FaceSquare, Points, cut
from benchmark.photographs.parsed_points import EYE

SHIFT: Final = 1 / 256
"""How far the views are from the middle, across and down, in sides of the square; each is seen mirrored too."""
MIN_PROBABILITY: Final = 0.2
"""Probability from which a pixel is part of an eye."""
MAX_SPREAD: Final = 0.015
"""How far, in distances of the eyes, an eye may lie from view to view (root mean square): more where a parser sees
faces of another kind than those that it was trained on."""
MAX_APART: Final = 0.05
"""How far, in distances of the eyes, it may lie from where it was found before."""
PARSER_SHARE: Final = 2 / 3
"""Of a steady parser in where an eye is, chosen on 440 drawn faces."""

EyesOf = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""From N images (N, S, S, 3) to each pixel's probability of being part of an eye, (N, 2, S, S), one eye after the
other."""


def placed_between(eyes: Points, seen: Points | None) -> Points | None:
    """(2, 2) eyes between those that were found and those that a parser saw; None where it saw them elsewhere.

    Networks see drawn eyes a little inside of where they are, a parser any eyes a little off: both err less together.
    """
    if seen is None or np.linalg.norm(seen - eyes, axis=1).max() > MAX_APART * np.linalg.norm(eyes[1] - eyes[0]):
        return None
    placed: Points = eyes + PARSER_SHARE * (seen - eyes)
    return placed


def steady_eyes(photograph: Pixels, square: FaceSquare, size: int, eyes_of: EyesOf) -> Points | None:
    """(2, 2) in pixels of the photograph, the square's left one first; None where views disagree, or one shows none.

    Args:
        photograph: (H, W, 3) uint8 RGB.
        square: of the aligned face.
        size: side in pixels of the images that the parser sees.
        eyes_of: the parser.
    """
    step = SHIFT * square.side
    places = [step * (across * square.axes[0] + down * square.axes[1]) for across in (-1, 1) for down in (-1, 1)]
    squares = [FaceSquare(square.centre + place, square.right, square.side) for place in places]
    shown = np.stack([cut(photograph, moved, size) for moved in squares])
    straight, mirrored = eyes_of(shown), eyes_of(np.ascontiguousarray(shown[:, :, ::-1]))[..., ::-1]
    found = [
        _centres(probabilities, moved)
        for probabilities, moved in zip((*straight, *mirrored), (*squares, *squares), strict=True)
    ]
    if any(centres is None for centres in found):
        return None
    views = np.stack([centres for centres in found if centres is not None])
    middles: Points = np.median(views, axis=0)
    apart = np.sqrt(np.square(views - views.mean(axis=0)).sum(axis=2).mean(axis=0))
    return middles if apart.max() <= MAX_SPREAD * np.linalg.norm(middles[1] - middles[0]) else None


def _centres(probabilities: NDArray[np.float32], square: FaceSquare) -> Points | None:
    """(2, 2) of both eyes (2, S, S) in the photograph, the left one first; None where one is not what an eye is."""
    size = probabilities.shape[-1]
    weights = np.where(probabilities > MIN_PROBABILITY, probabilities, 0).astype(np.float64)
    areas = weights.sum(axis=(1, 2))
    if not ((areas >= EYE[0] * size**2) & (areas <= EYE[1] * size**2)).all():
        return None
    places = np.arange(size)
    columns, rows = weights.sum(axis=1) @ places / areas, weights.sum(axis=2) @ places / areas
    centres = np.stack([columns, rows], axis=1)[np.argsort(columns)]
    return square.there(centres, size)
