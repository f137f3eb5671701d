"""Identity: how alike a face-recognition network finds the faces of output and target."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.face_embedding.arcface_embedder import arcface_embedder
from benchmark.metrics.face_embedding.embedder import face_embedder
from benchmark.metrics.face_embedding.seen_faces import SeenFaces
from benchmark.metrics.mean_metric import VALUE, MeanMetric
from benchmark.statistics.ratios import Columns
from benchmark.weights.resources import Resources


def cosine_similarity(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosine of the angle between the rows of two (N, D) matrices: (N,) in [-1, 1]; NaN where a row is."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    similarity: NDArray[np.float64] = (one * other).sum(axis=1) / lengths
    return np.clip(similarity, -1, 1)


class Identity(MeanMetric):
    """Cosine similarity of the face embeddings of output and target, which is the face that must stay itself."""

    inapplicable: ClassVar[str] = "no output shows a face that the detector finds"
    shares_batches: ClassVar[bool] = True

    def prepare(self, resources: Resources) -> None:
        """Load the face-recognition network.

        Raises:
            MetricUnavailable: if the extra `identity` is not installed.
        """
        self._compare_by(face_embedder(resources), resources)

    def _compare_by(self, embedder: SeenFaces, resources: Resources) -> None:
        self._embedder = embedder
        self._kept = None if resources.cache is None else embedder.kept_in(resources.cache)

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """In [-1, 1]; NaN where no face is found in output or target."""
        targets = self._embedder.embeddings(batch.target_pixels, self._kept)
        return {VALUE: cosine_similarity(self._embedder.embeddings(batch.output_pixels), targets)}

    def breakdown(self, columns: Columns) -> dict[str, float]:
        """Share of the tasks in which both faces were found, so that the mean is not read without it."""
        values = columns.get(VALUE, np.empty(0))
        return {"faces found": float(np.isfinite(values).mean())} if len(values) else {}


class ArcFaceIdentity(Identity):
    """The same by a network of ArcFace's kind that the user has."""

    def prepare(self, resources: Resources) -> None:
        """Load the user's network.

        Raises:
            MetricUnavailable: if no file is named for it, or an extra is not installed.
        """
        self._compare_by(arcface_embedder(resources), resources)
