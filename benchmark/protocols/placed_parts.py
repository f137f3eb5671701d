"""Masks of a transferred attribute that a region carries: the source's part, placed by both faces' eyes and mouths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from methods.labels import LABELS, MOUTH_LABELS

Mask = NDArray[np.uint8]
Landmarks = NDArray[np.complex128]
_LABEL: Final = {name: number for number, name in enumerate(LABELS)}
_NO_LABEL: Final = 255


@dataclass(frozen=True)
class Part:
    """The regions that carry an attribute.

    Attributes:
        labels: what is taken from the source.
        shown: the label that the source must show, and the edited mask too.
        over: labels that the part covers in the target; it lies behind all others.
        replaced: labels of the target that give way to skin first.
        hides_above: a label that becomes background in every column above the part.
    """

    labels: tuple[int, ...]
    shown: int
    over: tuple[int, ...]
    replaced: tuple[int, ...] = ()
    hides_above: int | None = None


def _numbers(*names: str) -> tuple[int, ...]:
    return tuple(_LABEL[name] for name in names)


_EYES_AND_BROWS: Final = ("l_eye", "r_eye", "l_brow", "r_brow")
PARTS: Final[Mapping[str, Part]] = {
    "Mouth_Slightly_Open": Part(
        labels=MOUTH_LABELS, shown=_LABEL["mouth"], over=tuple(range(len(LABELS))), replaced=MOUTH_LABELS
    ),
    "Eyeglasses": Part(
        labels=_numbers("eye_g"),
        shown=_LABEL["eye_g"],
        over=_numbers("skin", "nose", "l_ear", "r_ear", *_EYES_AND_BROWS),
    ),
    "Wearing_Hat": Part(
        labels=_numbers("hat"),
        shown=_LABEL["hat"],
        over=_numbers("background", "skin", "l_brow", "r_brow", "l_ear", "r_ear", "hair", "ear_r", "neck", "cloth"),
        hides_above=_LABEL["hair"],
    ),
    "Wearing_Earrings": Part(
        labels=_numbers("ear_r"),
        shown=_LABEL["ear_r"],
        over=_numbers("background", "l_ear", "r_ear", "hair", "neck", "cloth"),
    ),
    "Wearing_Necklace": Part(labels=_numbers("neck_l"), shown=_LABEL["neck_l"], over=_numbers("skin", "neck", "cloth")),
}
"""By attribute, beside Smiling, whose mouth stays where the source has it (`benchmark.protocols.mouth_region`)."""


def landmarks(mask: Mask) -> Landmarks | None:
    """Centres of left eye, right eye and mouth with lips, as x + iy in pixels; None where the mask lacks one."""
    regions = ((_LABEL["l_eye"],), (_LABEL["r_eye"],), MOUTH_LABELS)
    centres = []
    for labels in regions:
        rows, columns = np.nonzero(np.isin(mask, labels))
        if not len(rows):
            return None
        centres.append(complex(columns.mean(), rows.mean()))
    return np.array(centres)


def similarity(source: Landmarks, target: Landmarks) -> NDArray[np.float64]:
    """The (2, 3) rotation, scaling and shift that takes points nearest to others by least squares.

    As complex numbers the points satisfy w = a z + b, which is linear in a and b.
    """
    equations = np.stack([source, np.ones_like(source)], axis=1)
    (turn, shift), *_ = np.linalg.lstsq(equations, target, rcond=None)
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def with_part_of(part: Part, target: Mask, source: Mask) -> Mask:
    """The target's mask with a part of the source's, where the eyes and mouths of both put it.

    Args:
        part: what is taken.
        target: (H, W) labels.
        source: (H, W) labels.

    Returns:
        (H, W) labels.

    Raises:
        ValueError: if a mask lacks landmarks.
    """
    own, other = landmarks(target), landmarks(source)
    if own is None or other is None:
        raise ValueError("a part is placed by eyes and mouth, which one of the masks lacks")
    alone = np.where(np.isin(source, part.labels), source, np.uint8(_NO_LABEL))
    height, width = target.shape
    placed = cv2.warpAffine(
        alone,
        similarity(other, own),
        (width, height),
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_NO_LABEL,
    )
    edited = np.where(np.isin(target, part.replaced), np.uint8(_LABEL["skin"]), target)
    covered = (placed != _NO_LABEL) & np.isin(edited, part.over)
    edited = np.where(covered, placed, edited).astype(np.uint8)
    if part.hides_above is not None:
        above = ~np.logical_or.accumulate(covered, axis=0) & covered.any(axis=0)
        edited[above & (edited == part.hides_above)] = _LABEL["background"]
    return edited
