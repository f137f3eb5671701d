"""Puts the edit of an aligned face back into its photograph, and leaves the rest as it is to the bit."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.images.convert import Pixels
from benchmark.photographs.align import FaceSquare

FEATHER: Final = 3 / 64
"""Width of the band within the edited region's border in which the edit sets in, as a fraction of the side.

Less than the margin that regions of edits have around what an edit moves.
"""
CHANGED: Final = 16.0
"""Levels, of 255, by which an edit must change a pixel to take the place of all of the photograph's detail there."""
STRIP: Final = 512
"""Rows of a photograph that are computed at once."""

_Plane = NDArray[np.float32]


def paste(photograph: Pixels, square: FaceSquare, aligned: Pixels, edited: Pixels, region: NDArray[np.bool_]) -> Pixels:
    """The photograph with an edit of its face.

    What the edit changes of the aligned face is added. The photograph's own detail, which the aligned face is too small
    to have, gives way where the edit changes it and stays elsewhere, so that an edit that changes nothing leaves every
    pixel as it is.

    Args:
        photograph: (H, W, 3) uint8 RGB.
        square: where the face lies in it.
        aligned: (S, S, 3) uint8 RGB, cut out there.
        edited: (S, S, 3) uint8 RGB.
        region: (S, S) bool, where the edit counts; nothing changes outside it.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    change = edited.astype(np.float32) - aligned
    planes = [change, aligned.astype(np.float32), _replaced(change), _feathered(region)]
    size = len(aligned)
    if square.side < size:
        size = max(1, round(square.side))
        planes = [cv2.resize(plane, (size, size), interpolation=cv2.INTER_AREA) for plane in planes]
    corners, (height, width) = square.corners, photograph.shape[:2]
    left, top = (max(0, int(value)) for value in np.floor(corners.min(axis=0)))
    right, bottom = (int(value) + 1 for value in np.ceil(corners.max(axis=0)))
    pasted = photograph.copy()
    for start in range(top, min(bottom, height), STRIP):
        rows, columns = slice(start, min(start + STRIP, bottom, height)), slice(left, min(right, width))
        if columns.start < columns.stop:
            pasted[rows, columns] = _strip(photograph, square, size, planes, rows, columns)
    return pasted


def _strip(
    photograph: Pixels, square: FaceSquare, size: int, planes: list[_Plane], rows: slice, columns: slice
) -> Pixels:
    """The rows and columns of a photograph with an edit, whose planes are of the square at `size` x `size` pixels."""
    way = square.to_photograph(size)
    way[:, 2] -= [columns.start, rows.start]
    shape = (columns.stop - columns.start, rows.stop - rows.start)
    change, aligned, replaced, weight = (
        cv2.warpAffine(plane, way, shape, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for plane in planes
    )
    inside = square.has(np.arange(columns.start, columns.stop), np.arange(rows.start, rows.stop))
    own = photograph[rows, columns].astype(np.float32)
    moved = change - replaced[..., None] * (own - aligned)
    changed = own + (weight * inside)[..., None] * moved
    pasted: Pixels = np.clip(np.rint(changed), 0, 255).astype(np.uint8)
    return pasted


def _replaced(change: _Plane) -> _Plane:
    """(S, S) in [0, 1]: how much of the photograph's detail gives way to changes (S, S, 3)."""
    spread = cv2.GaussianBlur(np.abs(change).max(axis=2), (0, 0), max(len(change) / 256, 0.5))
    share: _Plane = np.clip(spread / CHANGED, 0, 1)
    return share


def _feathered(region: NDArray[np.bool_]) -> _Plane:
    """(S, S) in [0, 1]: 0 outside the region, rising to 1 over the band within its border, the square's included."""
    framed = np.pad(region.astype(np.uint8), 1)
    depth = cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, 1:-1] - 0.5
    weight: _Plane = np.clip(depth / max(FEATHER * len(region), 1), 0, 1)
    return weight
