"""Free-form holes (Yu et al., ICCV 2019): what brush strokes and a box hide of an image that is to be completed."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

MAX_STROKES: Final = 3
VERTICES: Final = (4, 11)
"""Fewest and most vertices of a stroke."""
ANGLE: Final = 2 * math.pi / 5
ANGLE_RANGE: Final = 2 * math.pi / 15
"""Mean direction of a stroke's parts, in turns to either side, and how far it varies."""
WIDTHS: Final = (12 / 256, 39 / 256)
"""Thinnest and thickest stroke, over the image's side."""
BOX: Final = 1 / 2
BOX_MARGIN: Final = 16 / 256
"""Side of the box, and the most that is taken off at each of its sides, over the image's side."""


def stroke(draw: np.random.Generator, size: int) -> NDArray[np.bool_]:
    """One brush stroke that turns to and fro from a random place: (size, size), True where it hides.

    Args:
        draw: decides it.
        size: side of the image in pixels.
    """
    mean_length = math.hypot(size, size) / 8
    thinnest, thickest = (max(1, round(share * size)) for share in WIDTHS)
    width = int(draw.integers(thinnest, thickest + 1))
    painted = np.zeros((size, size), np.uint8)
    place = draw.uniform(0, size, 2)
    for part in range(int(draw.integers(VERTICES[0], VERTICES[1] + 1))):
        angle = draw.uniform(ANGLE - ANGLE_RANGE, ANGLE + ANGLE_RANGE) * (-1 if part % 2 else 1)
        length = np.clip(draw.normal(mean_length, mean_length / 2), 0, 2 * mean_length)
        after = np.clip(place + length * np.array([math.sin(angle), math.cos(angle)]), 0, size - 1)
        ends = [(int(x), int(y)) for x, y in (place, after)]
        cv2.line(painted, ends[0], ends[1], 1, width)
        for end in ends:
            cv2.circle(painted, end, width // 2, 1, cv2.FILLED)
        place = after
    return painted.astype(np.bool_)


def stroke_hole(draw: np.random.Generator, size: int) -> NDArray[np.bool_]:
    """What one to three strokes hide: (size, size), True in the hole."""
    strokes = [stroke(draw, size) for _ in range(int(draw.integers(1, MAX_STROKES + 1)))]
    return np.logical_or.reduce(strokes)


def box_hole(draw: np.random.Generator, size: int) -> NDArray[np.bool_]:
    """What a box of about half the side hides, anywhere: (size, size), True in the hole."""
    side, margin = round(BOX * size), round(BOX_MARGIN * size)
    top, left = draw.integers(0, size - side + 1, 2)
    off_rows, off_columns = draw.integers(0, margin + 1, 2)
    hole = np.zeros((size, size), np.bool_)
    hole[top + off_rows : top + side - off_rows, left + off_columns : left + side - off_columns] = True
    return hole


def free_form_holes(count: int, size: int) -> Tensor:
    """Holes for a batch of training, each of strokes and a box: (count, size, size) bool, on the host.

    What torch draws on the host decides them, so that a resumed training goes on with the same ones, and no device is
    waited for.
    """
    draw = np.random.default_rng(int(torch.randint(2**63 - 1, (), device="cpu")))
    holes = [stroke_hole(draw, size) | box_hole(draw, size) for _ in range(count)]
    return torch.from_numpy(np.stack(holes))
