"""Holes that hide a part of a face: by their names, which say all that decides one beside the face."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.protocols.completion_options import BRUSH, PART, RECTANGLE, CompletionOptions
from benchmark.protocols.free_form_strokes import hole_of_area
from benchmark.protocols.mouth_region import widened
from methods.labels import LABELS, MOUTH_LABELS

Mask = NDArray[np.uint8]

PARTS: Final = {
    "mouth": MOUTH_LABELS,
    "eyes": tuple(LABELS.index(name) for name in ("l_eye", "r_eye", "eye_g")),
    "hair": (LABELS.index("hair"),),
}
"""Labels of the parts that a hole may hide, with a margin around them."""
SIDES: Final = (3 / 8, 1 / 2)
"""Bounds of a rectangle's height and width, as shares of the image's side."""


def hole_names(options: CompletionOptions, masks: Iterable[Mask]) -> list[str]:
    """The hole of each of T faces: the kinds take turns, and within a kind its ranges of areas, or the parts.

    A face that shows nothing of the part whose turn it is has the next one hidden, and one that shows none a rectangle.

    Args:
        options: of the protocol.
        masks: (H, W) labels of each face.

    Returns:
        (T,) names: "rectangle", "mouth", or "brush 0.1-0.2", which says between which shares the area lies.
    """
    brushes = [f"{BRUSH} {least:g}-{most:g}" for least, most in options.ranges]
    names = []
    for task, mask in enumerate(masks):
        turn, kind = divmod(task, len(options.kinds))
        name = options.kinds[kind]
        if name == BRUSH:
            name = brushes[turn % len(brushes)]
        elif name == PART:
            parts = [list(PARTS)[(turn + later) % len(PARTS)] for later in range(len(PARTS))]
            name = next((part for part in parts if np.isin(mask, PARTS[part]).any()), RECTANGLE)
        names.append(name)
    return names


def hole(name: str, face: str, mask: Mask) -> NDArray[np.bool_]:
    """The hole of that name in a face: (H, W) bool, True where the face is hidden.

    Args:
        name: as `hole_names` gives it.
        face: the face's id, which decides all that is random.
        mask: (H, W) labels; of a part that it does not show nothing is hidden.
    """
    if name in PARTS:
        shown = torch.from_numpy(np.isin(mask, PARTS[name]))
        of_part: NDArray[np.bool_] = widened(shown[None])[0].numpy()
        return of_part
    chance, side = Random(f"{name}/{face}"), len(mask)  # its draws outlive versions of numpy
    kind, _, areas = name.partition(" ")
    if kind == BRUSH:
        least, most = map(float, areas.split("-"))
        return hole_of_area(chance, side, least, most)
    height, width = (round(side * chance.uniform(*SIDES)) for _ in range(2))
    top, left = (chance.randrange(side - extent + 1) for extent in (height, width))
    rectangle = np.zeros((side, side), np.bool_)
    rectangle[top : top + height, left : left + width] = True
    return rectangle
