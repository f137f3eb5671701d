"""What embeds faces and remembers those that it has seen, at the size that detectors find faces at."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence

import mmcv
import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.face_embedding.dlib_network import SIDE


class SeenFaces(ABC):
    """Embeds faces of images of any size, each image once."""

    def __init__(self) -> None:
        self._known: dict[bytes, NDArray[np.float64]] = {}

    def embeddings(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(N, H, W, 3) RGB to (N, D); NaN where no face is found. Images seen before are not looked at again."""
        keys = [hashlib.blake2b(image.tobytes() + str(image.shape).encode()).digest() for image in images]
        unseen = {key: _resized(image) for key, image in zip(keys, images, strict=True) if key not in self._known}
        self._known.update(zip(unseen, self._look(list(unseen.values())), strict=True))
        found = [self._known[key] for key in keys]
        width = max(map(len, found))  # of a batch without faces the width may not be known
        return np.stack([face if len(face) == width else np.full(width, np.nan) for face in found])

    @abstractmethod
    def _look(self, images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float64]]:
        """Of each (SIDE, SIDE, 3) RGB picture its embedding (D,); NaN where no face is found."""


def _resized(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shrinks = min(image.shape[:2]) > SIDE
    resized: NDArray[np.uint8] = mmcv.imresize(
        image, (SIDE, SIDE), interpolation="area" if shrinks else "bicubic", backend="cv2"
    )
    return resized
