"""Parts of a label map that are drawn as a whole: what belongs to each, what it may cover, and what lies behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from methods.labels import LABELS, MOUTH_LABELS

Mask = NDArray[np.uint8]
Area = NDArray[np.bool_]


@dataclass(frozen=True)
class MaskPart:
    """A part of a face that a user draws.

    Attributes:
        pieces: labels of each thing that is drawn by itself; those of one piece move together.
        behind: labels that may appear where the part was.
        before: further labels that the part may cover.
        within: labels that lie on the part and stay as they are, such as the features on the skin.
    """

    pieces: tuple[tuple[int, ...], ...]
    behind: tuple[int, ...]
    before: tuple[int, ...] = ()
    within: tuple[int, ...] = ()

    @property
    def labels(self) -> tuple[int, ...]:
        """Those of all pieces."""
        return tuple(label for piece in self.pieces for label in piece)


def _numbers(*names: str) -> tuple[int, ...]:
    return tuple(LABELS.index(name) for name in names)


_EYES: Final = _numbers("l_eye", "r_eye")
_BROWS: Final = _numbers("l_brow", "r_brow")
_AROUND: Final = _numbers("background", "neck", "cloth", "l_ear", "r_ear", "ear_r")
PARTS: Final[Mapping[str, MaskPart]] = {
    "mouth": MaskPart((MOUTH_LABELS,), behind=_numbers("skin"), before=_numbers("nose", "neck")),
    "eyes": MaskPart(tuple((eye,) for eye in _EYES), behind=_numbers("skin", "eye_g"), before=_numbers("nose", "hair")),
    "brows": MaskPart(tuple((brow,) for brow in _BROWS), behind=_numbers("skin", "hair", "eye_g")),
    "nose": MaskPart((_numbers("nose"),), behind=_numbers("skin", "eye_g"), before=MOUTH_LABELS),
    "hair": MaskPart((_numbers("hair"),), behind=(*_AROUND, *_numbers("skin")), before=_BROWS),
    "face outline": MaskPart(
        (_numbers("skin"),),
        behind=(*_AROUND, *_numbers("hair")),
        within=(*_EYES, *_BROWS, *MOUTH_LABELS, *_numbers("nose", "eye_g")),
    ),
    "glasses": MaskPart(
        (_numbers("eye_g"),), behind=(*_BROWS, *_numbers("skin", "nose", "hair", "l_ear", "r_ear")), within=_EYES
    ),
}
FACE: Final = (*PARTS["face outline"].labels, *PARTS["face outline"].within)
"""Labels that lie within a face's outline."""


def shows(mask: Mask, part: MaskPart) -> bool:
    """Whether a mask (H, W) has every piece of a part."""
    return all(np.isin(mask, piece).any() for piece in part.pieces)


def area_of(mask: Mask, part: MaskPart, piece: Sequence[int]) -> Area:
    """(H, W) bool: where a piece of a part lies, with what lies on it."""
    area: Area = np.isin(mask, (*piece, *part.within))
    return area


def face_width(mask: Mask) -> float:
    """Width in pixels of the face in a mask (H, W); half of the image's where there is none."""
    columns = np.flatnonzero(np.isin(mask, FACE).any(axis=0))
    return float(columns[-1] - columns[0] + 1) if len(columns) else mask.shape[1] / 2


def nearest_labels(mask: Mask, labels: Sequence[int]) -> Mask:
    """(H, W): of every pixel, the label of the nearest pixel that has one of some labels; the first where none has."""
    known = np.isin(mask, labels)
    if not known.any():
        return np.full_like(mask, labels[0])
    rows, columns = distance_transform_edt(~known, return_distances=False, return_indices=True)
    nearest: Mask = mask[rows, columns]
    return nearest


def without_part(mask: Mask, part: MaskPart) -> Mask:
    """A mask (H, W) in which a part gave way to the nearest of what may lie behind it."""
    cleared: Mask = np.where(np.isin(mask, part.labels), nearest_labels(mask, part.behind), mask)
    return cleared


def with_pieces(mask: Mask, part: MaskPart, drawn: Sequence[tuple[Area, Mask]]) -> Mask:
    """A mask (H, W) with the pieces of a part drawn anew.

    Args:
        mask: with the part as it was.
        part: whose pieces change.
        drawn: of each piece, where it lies now, and the label that it has at every pixel; later ones cover earlier.

    Returns:
        (H, W) labels: the pieces where they may lie; what they leave uncovered has the nearest label behind the part.
    """
    found = without_part(mask, part)
    may_cover = (*part.behind, *part.before, *part.labels)
    for area, labels in drawn:
        found = np.where(area & np.isin(found, may_cover), labels, found)
    return found


def pixel_grid(shape: tuple[int, ...]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(H, W) twice: the row and the column of every pixel of an image (H, W)."""
    rows, columns = np.meshgrid(*(np.arange(extent, dtype=np.float32) for extent in shape), indexing="ij")
    return rows, columns
