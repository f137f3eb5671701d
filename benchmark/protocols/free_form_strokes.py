"""Free-form holes of a given area: strokes of a brush that turns back and forth (Yu et al., ICCV 2019)."""

from __future__ import annotations

from itertools import chain, repeat
from random import Random

import numpy as np
from numpy.typing import NDArray

from methods.shared.free_form_holes import paint, stroke


def hole_of_area(chance: Random, side: int, least: float, most: float) -> NDArray[np.bool_]:
    """A hole whose area lies in (least, most], drawn until it exceeds a share that is uniform in that range.

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
        for segment in chain.from_iterable(map(stroke, repeat(chance), repeat(side))):
            paint(hole, segment)
            if hole.mean() > wanted:
                break
        if hole.mean() <= most:
            return hole.astype(np.bool_)
