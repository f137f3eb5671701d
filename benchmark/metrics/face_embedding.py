"""Face embeddings by dlib's ResNet, from the packages of the extra `identity`."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import mmcv
import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import MetricUnavailable, Tools
from benchmark.weights import WeightsMissing

SIDE: Final = 256
"""Pixels. Every image is resized to it: dlib's detector needs faces of 80 pixels, its ResNet looks at 150."""

THRESHOLD: Final = -0.5
"""Detector score from which a face counts as found. The images hold one face each, so that the best find is the face;
at dlib's 0 one drawn face in twenty is missed."""

CHIP: Final = 150
"""Pixels a side of the aligned face that dlib's ResNet takes."""


class FaceEmbedder:
    """dlib's face detector, five landmarks, and the ResNet of dlib_face_recognition_resnet_model_v1.

    King, "Dlib-ml: A Machine Learning Toolkit" (JMLR 2009); alignment and embedding as dlib's own
    face_recognition.py has them, without jitter.

    Args:
        landmarks: file of the landmark predictor.
        network: file of the ResNet.
    """

    def __init__(self, landmarks: Path, network: Path) -> None:
        import dlib  # of the extra `identity`

        self._chip = dlib.get_face_chip
        self._detector = dlib.get_frontal_face_detector()
        self._landmarks = dlib.shape_predictor(str(landmarks))
        self._network = dlib.face_recognition_model_v1(str(network))
        self._known: dict[bytes, NDArray[np.float64]] = {}

    def embeddings(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(N, H, W, 3) RGB to (N, 128); NaN where no face is found. Images seen before are not looked at again."""
        return np.stack([self._embedding(each) for each in images])

    def _embedding(self, image: NDArray[np.uint8]) -> NDArray[np.float64]:
        key = hashlib.blake2b(image.tobytes() + str(image.shape).encode()).digest()
        if key not in self._known:
            self._known[key] = self._look(image)
        return self._known[key]

    def _look(self, image: NDArray[np.uint8]) -> NDArray[np.float64]:
        shrinks = min(image.shape[:2]) > SIDE
        resized = mmcv.imresize(image, (SIDE, SIDE), interpolation="area" if shrinks else "bicubic", backend="cv2")
        boxes, _, _ = self._detector.run(resized, 0, THRESHOLD)  # the best first
        if not boxes:
            return np.full(128, np.nan)
        chip = self._chip(resized, self._landmarks(resized, boxes[0]), size=CHIP)
        return np.array(self._network.compute_face_descriptor(chip), dtype=np.float64)


def face_embedder(tools: Tools) -> FaceEmbedder:
    """The embedder, with the files that `tools` finds; one for all metrics of a process.

    Raises:
        MetricUnavailable: if dlib or a file is not here.
    """
    if find_spec("dlib") is None:
        raise MetricUnavailable("face recognition is not installed: pip install 'face-editing-benchmark[identity]'")
    try:
        found = [tools.weights.find(id) for id in ("dlib-face-landmarks", "dlib-face-resnet")]
    except WeightsMissing as error:
        raise MetricUnavailable(str(error)) from error
    return _loaded(*(each.path for each in found), *(each.sha256 for each in found))


@lru_cache(maxsize=1)
def _loaded(landmarks: Path, network: Path, *sha256: str) -> FaceEmbedder:
    """Keyed by the files' hashes too: another content under the same path is another network."""
    return FaceEmbedder(landmarks, network)
