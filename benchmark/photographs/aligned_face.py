"""A face of a photograph as methods see it: cut out at their size, with its parts and attributes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.images.convert import Pixels, image_tensor
from benchmark.photographs.align import FaceSquare, cut
from methods.base import FaceBatch
from methods.labels import ATTRIBUTES


@dataclass(frozen=True)
class PhotographedFace:
    """A face in a photograph.

    Attributes:
        photograph: (H, W, 3) uint8 RGB.
        square: where the face lies.
        parts: (M, M) uint8 labels of the square; None where nobody said them.
        attributes: (A,) in {0, 1}, what it has; None where nobody said it.
        attribute_names: A names, of the attributes: CelebA's, and those that the faces of a run have beside them.
    """

    photograph: Pixels
    square: FaceSquare
    parts: NDArray[np.uint8] | None = None
    attributes: NDArray[np.float32] | None = None
    attribute_names: tuple[str, ...] = ATTRIBUTES

    def image(self, size: int) -> Pixels:
        """(size, size, 3) uint8 RGB: the aligned face."""
        return cut(self.photograph, self.square, size)

    def mask(self, size: int) -> NDArray[np.uint8]:
        """(size, size) uint8 labels; background where they are not known."""
        return np.zeros((size, size), np.uint8) if self.parts is None else resized_labels(self.parts, size)

    def batch(self, size: int, name: str) -> FaceBatch:
        """The face as a batch of one.

        Args:
            size: side in pixels.
            name: its id, which decides what methods draw at random for it.
        """
        names = self.attribute_names
        has = np.zeros(len(names), np.float32) if self.attributes is None else self.attributes
        mask, attributes = torch.from_numpy(self.mask(size)), torch.from_numpy(has)
        image = image_tensor(self.image(size)[None])
        return FaceBatch(image, mask[None], attributes[None], (name,), attribute_names=names)

    def over_square(self, region: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
        """(size, size): where a region of the photograph's shape, or a square one over the face, covers it."""
        if region.shape != self.photograph.shape[:2]:
            return resized_labels(region.astype(np.uint8), size).astype(bool)
        shown = np.repeat(region.astype(np.uint8)[..., None] * np.uint8(255), 3, axis=2)
        covered: NDArray[np.bool_] = cut(shown, self.square, size)[..., 0] > 127
        return covered


def resized_labels(labels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Labels (M, M) at (size, size), each that of the nearest pixel."""
    if labels.shape == (size, size):
        return labels
    changed: NDArray[np.uint8] = cv2.resize(labels, (size, size), interpolation=cv2.INTER_NEAREST_EXACT)
    return changed
