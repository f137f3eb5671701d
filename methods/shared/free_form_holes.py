"""Free-form holes (Yu et al., ICCV 2019): what brush strokes and a box hide of an image that is to be completed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from typing import Final, NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Hole = NDArray[np.uint8]
"""(size, size), 1 in the hole, else 0: what OpenCV draws on."""

MAX_STROKES: Final = 3
VERTICES: Final = (4, 11)
"""Fewest and most vertices of a stroke."""
ANGLE: Final = 2 * math.pi / 5
ANGLE_RANGE: Final = 2 * math.pi / 15
"""Mean direction of a stroke's segments, in turns to either side, and how far it varies."""
WIDTHS: Final = (12 / 256, 39 / 256)
"""Thinnest and thickest stroke, over the image's side."""
BOX: Final = 1 / 2
BOX_MARGIN: Final = 16 / 256
"""Side of the box, and the most that is taken off at each of its sides, over the image's side."""


class Segment(NamedTuple):
    """A part of a stroke: from where to where (x, y), and how wide, in pixels."""

    start: tuple[int, int]
    end: tuple[int, int]
    width: int


def stroke(chance: Random, size: int) -> Iterator[Segment]:
    """The segments of one brush stroke that turns to and fro from a random place.

    Args:
        chance: decides it; Python's own, whose draws outlive versions of numpy.
        size: side of the image in pixels.
    """
    mean_length = math.hypot(size, size) / 8
    thinnest, thickest = (max(1, round(share * size)) for share in WIDTHS)
    width = chance.randint(thinnest, thickest)
    x, y = chance.uniform(0, size - 1), chance.uniform(0, size - 1)
    for turn in range(chance.randint(*VERTICES)):
        angle = chance.uniform(ANGLE - ANGLE_RANGE, ANGLE + ANGLE_RANGE) * (-1 if turn % 2 else 1)
        length = min(max(chance.gauss(mean_length, mean_length / 2), 0.0), 2 * mean_length)
        start = round(x), round(y)
        x = min(max(x + length * math.cos(angle), 0), size - 1)
        y = min(max(y + length * math.sin(angle), 0), size - 1)
        yield Segment(start, (round(x), round(y)), width)


def paint(hole: Hole, segment: Segment) -> None:
    """Add a segment, and discs at both of its ends, to a hole."""
    cv2.line(hole, segment.start, segment.end, 1, segment.width)
    for end in (segment.start, segment.end):
        cv2.circle(hole, end, segment.width // 2, 1, cv2.FILLED)


def paint_box(hole: Hole, chance: Random) -> None:
    """Add a box of about half the side, anywhere, to a hole."""
    size = len(hole)
    side, margin = round(BOX * size), round(BOX_MARGIN * size)
    top, left = (chance.randint(0, size - side) for _ in range(2))
    off_rows, off_columns = (chance.randint(0, margin) for _ in range(2))
    hole[top + off_rows : top + side - off_rows, left + off_columns : left + side - off_columns] = 1


def free_form_hole(chance: Random, size: int) -> Hole:
    """A hole as published trainings have them: one to three strokes, and a box."""
    hole = np.zeros((size, size), np.uint8)
    for _ in range(chance.randint(1, MAX_STROKES)):
        for segment in stroke(chance, size):
            paint(hole, segment)
    paint_box(hole, chance)
    return hole


def free_form_holes(count: int, size: int) -> Tensor:
    """Holes for a batch of training: (count, size, size) bool, on the host.

    What torch draws on the host decides them, so that a resumed training goes on with the same ones, and no device is
    waited for.
    """
    chance = Random(int(torch.randint(2**63 - 1, (), device="cpu")))
    return torch.from_numpy(np.stack([free_form_hole(chance, size) for _ in range(count)])).bool()
