"""What a user asks to change of a photographed face."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.images.label_maps import read_labels
from benchmark.images.label_sets import CELEBAMASK_HQ, LabelSet
from benchmark.images.read import read_image
from methods.labels import check_attribute_names
from registry.errors import InputError


@dataclass(frozen=True)
class EditRequest:
    """An edit of an aligned face, by any of the means that methods take.

    Attributes:
        attributes: by name, with the value that the result is to have: CelebA's, and those that the faces of a run
            have beside them.
        strength: how far the edit is to go, from 0; 1 is the whole edit.
        mask: (M, M) uint8 labels that the aligned face is to have.
        hidden: bool, what is to be filled anew: of the photograph's size, or (M, M) over the aligned face.

    Raises:
        InputError: for an attribute without a name, or a strength that is none.
    """

    attributes: Mapping[str, bool] = field(default_factory=dict)
    strength: float = 1.0
    mask: NDArray[np.uint8] | None = None
    hidden: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if self.attributes:
            check_attribute_names(list(self.attributes))
        if not 0 <= self.strength < math.inf:
            raise InputError(f"strength is a number from 0, not {self.strength!r}")

    def described(self) -> dict[str, Any]:
        """What records say of it."""
        return {
            "attributes": {name: int(value) for name, value in self.attributes.items()},
            "strength": self.strength,
            "mask": self.mask is not None,
            "hide": self.hidden is not None,
        }


def parse_attributes(words: Iterable[str]) -> dict[str, bool]:
    """Attributes by name of words such as `Smiling=1`.

    Raises:
        InputError: if a word is none, or one attribute is named twice.
    """
    found: dict[str, bool] = {}
    for word in words:
        name, _, value = word.partition("=")
        if value not in ("0", "1"):
            raise InputError(f"--attribute {word!r}: write NAME=1, or NAME=0 to take it away, e.g. Smiling=1")
        if name in found:
            raise InputError(f"--attribute {word!r}: {name} is named twice")
        found[name] = value == "1"
    return found


def read_face_mask(path: Path, label_set: LabelSet | None = None) -> NDArray[np.uint8]:
    """(M, M) labels of an aligned face.

    Raises:
        InputError: if the file is no label map, or not square.
    """
    labels = read_labels(path, label_set or CELEBAMASK_HQ)
    height, width = labels.shape
    if height != width:
        raise InputError(f"{path} is {width}x{height}; a mask of the aligned face is square, as mask.png is")
    return labels


def read_hidden(path: Path, photograph: tuple[int, int]) -> NDArray[np.bool_]:
    """Where a picture is bright: (H, W) as the photograph, or (M, M) over the aligned face.

    Args:
        path: of the picture, whose white is what is hidden.
        photograph: its height and width.

    Raises:
        InputError: if it cannot be read, has another shape, or hides nothing.
    """
    hidden: NDArray[np.bool_] = read_image(path).max(axis=2) > 127
    height, width = hidden.shape
    if hidden.shape != photograph and height != width:
        raise InputError(
            f"{path} is {width}x{height}: what is to be hidden is painted white over the photograph, which is "
            f"{photograph[1]}x{photograph[0]}, or over the aligned face, which is square"
        )
    if not hidden.any():
        raise InputError(f"{path} hides nothing: no pixel of it is white")
    return hidden
