"""Face embeddings of images of any size, each looked at once, by dlib from the packages of the extra `identity`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.metrics.face_embedding.dlib_network import FaceRecognition
from benchmark.metrics.face_embedding.seen_faces import SeenFaces
from benchmark.metrics.face_embedding.worker_pool import FaceProcesses
from benchmark.weights.locate import WeightsMissing
from benchmark.weights.resources import MetricUnavailable, Resources

FACES_A_PROCESS: Final = 10
"""Fewer faces than this take less time than a process takes to start."""


class FaceEmbedder(SeenFaces):
    """Embeds faces, by a process on each of torch's threads where the faces are many.

    Args:
        landmarks: file of dlib's landmark predictor.
        network: file of dlib's ResNet.
        sha256: of both.
    """

    def __init__(self, landmarks: Path, network: Path, *sha256: str) -> None:
        super().__init__(*sha256)
        self._files = landmarks, network
        self._recognition = FaceRecognition(landmarks, network)
        self._processes: FaceProcesses | None = None

    def _look(self, images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float64]]:
        count = torch.get_num_threads()
        if count == 1 or len(images) < FACES_A_PROCESS * count:
            return [self._recognition.embedding(image) for image in images]
        if self._processes is None or not self._processes.close.alive:
            self._processes = FaceProcesses(*self._files, count)
        return self._processes.embeddings(images)


def face_embedder(resources: Resources) -> FaceEmbedder:
    """The embedder, with the files that `resources` finds; one for all metrics of a process.

    Raises:
        MetricUnavailable: if dlib or a file is not here.
    """
    if find_spec("dlib") is None:
        raise MetricUnavailable("face recognition is not installed: pip install 'face-editing-benchmark[identity]'")
    try:
        found = [resources.weights.find(id) for id in ("dlib-face-landmarks", "dlib-face-resnet")]
    except WeightsMissing as error:
        raise MetricUnavailable(str(error)) from error
    return _loaded(*(file.path for file in found), *(file.sha256 for file in found))


@lru_cache(maxsize=1)
def _loaded(landmarks: Path, network: Path, *sha256: str) -> FaceEmbedder:
    """Keyed by the files' hashes too: another content under the same path is another network."""
    return FaceEmbedder(landmarks, network, *sha256)
