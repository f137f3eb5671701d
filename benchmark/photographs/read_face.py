"""Reads an aligned face by the judges of a finished run: its parts, and its attributes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.config.resolve import evaluation_part, resolve_evaluation
from benchmark.config.sources import COMMAND, ConfigSource, read_config
from benchmark.datasets.base import FaceDataset
from benchmark.evaluation.context import EvaluationContext
from benchmark.images.convert import Pixels, image_tensor
from benchmark.results.run_folder import EXPERIMENT
from benchmark.runtime.progress import Reporter
from benchmark.weights.locate import Weights
from benchmark.weights.resources import Resources
from methods.labels import LABELS

PRECISE: Final = 0.75
"""Mean IoU on test faces from which a parser's eyes and mouths are finer than landmarks."""
EYES: Final = [LABELS.index(name) for name in ("l_eye", "r_eye")]
"""Their labels."""


class FaceReader:
    """The judges of a run, trained as the run's where the cache does not have them.

    Args:
        run: folder of the run.
        device: where they look.
        cache: folder of packed faces and judges.
        reporter: shows progress.
        weights: finds the files of published judges.
    """

    def __init__(self, run: Path, device: str, cache: Path, reporter: Reporter, weights: Weights) -> None:
        chosen = ConfigSource({"compute": {"device": device}}, COMMAND)
        evaluation = resolve_evaluation([evaluation_part(read_config(run / EXPERIMENT)), chosen])
        self._context = EvaluationContext(evaluation, cache, reporter, weights)

    @property
    def size(self) -> int:
        """Side in pixels of the images that the judges look at."""
        return self._context.evaluation.dataset.size

    @property
    def title(self) -> str:
        """Of the judge that labels parts."""
        return self._context.judge("parser")[1].title

    @property
    def precise(self) -> bool:
        """Whether the judge that labels parts knows them well enough to align by them."""
        return self._context.judge("parser")[1].scores.get("mean_iou", 0.0) >= PRECISE

    def parts(self, image: Pixels) -> NDArray[np.uint8]:
        """(size, size) labels of an image (size, size, 3)."""
        judge, _ = self._context.judge("parser")
        labels: NDArray[np.uint8] = judge.parse(self._tensor(image[None]))[0][0].cpu().numpy()
        return labels

    def eyes(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 2, size, size) each pixel's probability of being part of each eye, of images (N, size, size, 3)."""
        judge, _ = self._context.judge("parser")
        found: NDArray[np.float32] = judge.probabilities(self._tensor(images), EYES).cpu().numpy()
        return found

    def attributes(self, image: Pixels) -> NDArray[np.float32]:
        """(A,) in {0, 1}: what an image (size, size, 3) has of `attribute_names`; 0 of what is not known."""
        scores = self.attribute_scores(image)
        return np.array([scores.get(name, 0.0) >= 0.5 for name in self.attribute_names], np.float32)

    @property
    def attribute_names(self) -> tuple[str, ...]:
        """CelebA's attributes, and those that the run's faces have beside them."""
        return self.dataset.attribute_names

    def attribute_scores(self, image: Pixels) -> dict[str, float]:
        """How sure the judge is that an image (size, size, 3) has each attribute that is known, in [0, 1]."""
        judge, _ = self._context.judge("attributes")
        known = self.dataset.known_attributes
        scores = judge.scores(self._tensor(image[None]))[0].tolist()
        return {name: score for name, score in zip(self.attribute_names, scores, strict=False) if name in known}

    @property
    def dataset(self) -> FaceDataset:
        """The run's faces."""
        return self._context.dataset

    @property
    def resources(self) -> Resources:
        """What metrics may need."""
        return self._context.resources

    def _tensor(self, images: NDArray[np.uint8]) -> torch.Tensor:
        return image_tensor(images).to(self._context.compute.device)
