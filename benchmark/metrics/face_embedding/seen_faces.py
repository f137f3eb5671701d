"""What embeds faces and remembers those that it has seen, at the size that detectors find faces at."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.caching.code_version import code_version, libraries_below
from benchmark.caching.fingerprints import fingerprint
from benchmark.caching.library_versions import library_versions
from benchmark.metrics.face_embedding.dlib_network import SIDE
from benchmark.metrics.face_embedding.kept_embeddings import Embeddings, KeptEmbeddings, of_one_length


class SeenFaces(ABC):
    """Embeds faces of images of any size, each image once.

    Args:
        sha256: of the weights files that decide the embeddings.
    """

    def __init__(self, *sha256: str) -> None:
        self._sha256 = sha256
        self._known: Embeddings = {}

    def kept_in(self, cache: Path) -> KeptEmbeddings:
        """The file in the folder of everything that is cached with embeddings by these weights, code and libraries."""
        code = type(self).__module__
        key = fingerprint(self._sha256, code_version(code), library_versions(libraries_below(code)))
        return KeptEmbeddings(cache / "embeddings" / f"{key[:32]}.npz")

    def embeddings(self, images: NDArray[np.uint8], kept: KeptEmbeddings | None = None) -> NDArray[np.float64]:
        """(N, H, W, 3) RGB to (N, D); NaN where no face is found. Images seen before are not looked at again.

        Args:
            images: outputs, or the faces that these are compared with.
            kept: embeddings of the faces that outputs are compared with; what it lacks is added. None for outputs.
        """
        keys = [hashlib.blake2b(image.tobytes() + str(image.shape).encode()).digest() for image in images]
        if kept is not None:
            self._known.update(kept.known)
        unseen = {key: _resized(image) for key, image in zip(keys, images, strict=True) if key not in self._known}
        self._known.update(zip(unseen, self._look(list(unseen.values())), strict=True))
        found = {key: self._known[key] for key in keys}
        if kept is not None:
            kept.add(found)
        return of_one_length([found[key] for key in keys])

    @abstractmethod
    def _look(self, images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float64]]:
        """Of each (SIDE, SIDE, 3) RGB picture its embedding (D,); NaN where no face is found."""


def _resized(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shrinks = min(image.shape[:2]) > SIDE
    # OpenCV's own function, so that its version counts among the libraries of kept embeddings
    resized: NDArray[np.uint8] = cv2.resize(
        image, (SIDE, SIDE), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )
    return resized
