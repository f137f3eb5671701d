"""Face embeddings by a network of ArcFace's kind that the user has, an ONNX file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.features.onnx_graph import OnnxGraph
from benchmark.metrics.face_embedding.aligned_crop import FaceAligner
from benchmark.metrics.face_embedding.seen_faces import SeenFaces
from benchmark.weights.locate import WeightsMissing
from benchmark.weights.resources import MetricUnavailable, Resources

WEIGHTS = "identity-arcface"
LANDMARKS = "dlib-face-landmarks-68"


class ArcFaceEmbedder(SeenFaces):
    """Embeds faces, aligned and scaled to [-1, 1] as insightface does for networks without a scaling of their own.

    Args:
        landmarks: file of dlib's predictor of sixty-eight landmarks.
        network: the ONNX file.
        sha256: of both.

    Raises:
        MetricUnavailable: if the file is no graph of images.
    """

    def __init__(self, landmarks: Path, network: Path, *sha256: str) -> None:
        super().__init__(*sha256)
        self._graph = OnnxGraph(network)
        self._aligner = FaceAligner(landmarks)
        self._network = network

    def _look(self, images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float64]]:
        crops = [self._aligner.aligned(image) for image in images]
        faces = [crop for crop in crops if crop is not None]
        if not faces:
            return [np.full(1, np.nan) for _ in crops]
        scaled = (np.stack(faces).astype(np.float32) - 127.5) / 127.5
        embeddings = self._graph(np.ascontiguousarray(scaled.transpose(0, 3, 1, 2)))
        if embeddings.ndim != 2:
            raise MetricUnavailable(f"{self._network} gives {embeddings.shape} for {len(faces)} faces, and no (N, D)")
        found = iter(embeddings.astype(np.float64))
        nowhere = np.full(embeddings.shape[1], np.nan)
        return [nowhere if crop is None else next(found) for crop in crops]


def arcface_embedder(resources: Resources) -> ArcFaceEmbedder:
    """The embedder, with the files that `resources` finds; one for all metrics of a process.

    Raises:
        MetricUnavailable: if dlib, onnxruntime or a file is not here.
    """
    if find_spec("dlib") is None:
        raise MetricUnavailable("faces cannot be aligned: pip install 'face-editing-benchmark[identity]'")
    try:
        network, landmarks = (resources.weights.find(id) for id in (WEIGHTS, LANDMARKS))
    except WeightsMissing as error:
        raise MetricUnavailable(str(error)) from error
    return _loaded(landmarks.path, network.path, landmarks.sha256, network.sha256)


@lru_cache(maxsize=1)
def _loaded(landmarks: Path, network: Path, *sha256: str) -> ArcFaceEmbedder:
    """Keyed by the files' hashes too: another content under the same path is another network."""
    return ArcFaceEmbedder(landmarks, network, *sha256)
