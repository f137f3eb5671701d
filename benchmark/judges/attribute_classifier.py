"""The attribute classifier: the probability of each of CelebA's 40 attributes, and of those that a dataset adds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from benchmark.datasets.base import FaceDataset
from benchmark.judges.base import Judge
from benchmark.judges.resnet import ResNet18
from methods.base import FaceBatch
from methods.labels import NUM_ATTRIBUTES


class AttributeClassifier(Judge):
    """ResNet-18 with a sigmoid output for each attribute, trained with binary cross-entropy.

    Attributes that a dataset does not know are trained on what its columns hold, and nobody asks for them.

    Args:
        size: side of the square images in pixels; up to 128 the network has a stem for small images.
        width: channels of the network's first stage; the published network has 64.
        iterations: optimiser iterations.
        batch_size: faces an iteration.
        lr: the learning rate's peak.
    """

    def __init__(
        self, size: int, *, width: int = 64, iterations: int = 30000, batch_size: int = 32, lr: float = 1e-3
    ) -> None:
        super().__init__(size=size, iterations=iterations, batch_size=batch_size, lr=lr, width=width)
        self.network = ResNet18(NUM_ATTRIBUTES, size, width)
        self.width = width

    def add_attributes(self, names: Sequence[str]) -> None:
        """Have an output for each of these too."""
        self.network = ResNet18(NUM_ATTRIBUTES + len(names), self.size, self.width)

    def loss(self, faces: FaceBatch) -> Tensor:
        """Binary cross-entropy, the mean over attributes."""
        return functional.binary_cross_entropy_with_logits(self.network(faces.image).float(), faces.attributes)

    @torch.inference_mode()
    def scores(self, image: Tensor) -> Tensor:
        """Probabilities (N, A) in [0, 1] of images (N, 3, H, W) in [-1, 1]; call in eval mode."""
        return torch.sigmoid(self.network(image).float())

    def evaluate(self, dataset: FaceDataset, rows: NDArray[np.int64]) -> dict[str, float]:
        """Accuracy at 0.5 of each attribute that the dataset knows, by its name, and their mean as `mean_accuracy`."""
        right = [
            (self.scores(faces.image) >= 0.5) == (faces.attributes >= 0.5) for faces in self.batches(dataset, rows)
        ]
        accuracy = torch.cat(right).double().mean(dim=0)
        columns = dataset.attribute_names.index
        known = {name: float(accuracy[columns(name)]) for name in dataset.known_attributes}
        return {"mean_accuracy": float(np.mean(list(known.values()))), **known}
