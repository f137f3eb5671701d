"""What face parsers share: labels and features of an image, and how well they know the test faces."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmark.datasets.base import FaceDataset
from benchmark.judges.base import Judge
from methods.labels import NUM_LABELS


class ParsingJudge(Judge):
    """A judge that labels every pixel, and whose deepest features distances between sets of images are taken on."""

    @abstractmethod
    def logits(self, image: Tensor) -> Tensor:
        """Logits (N, 19, H, W), a channel a label of `methods.labels`, of images (N, 3, H, W) in [-1, 1]."""

    @property
    @abstractmethod
    def deepest(self) -> nn.Module:
        """The part of the network that gives its deepest features, (N, D, h, w)."""

    @torch.inference_mode()
    def parse(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Label N images and describe each; call in eval mode.

        Args:
            image: (N, 3, H, W) in [-1, 1].

        Returns:
            Labels (N, H, W) uint8, and features (N, D) float32: the mean over positions of the deepest layer, which lie
            on the CPU or GPU as the images do.
        """
        found: list[Tensor] = []

        def keep(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
            found.append(output)

        hook = self.deepest.register_forward_hook(keep)
        try:
            logits = self.logits(image)
        finally:
            hook.remove()
        return logits.argmax(dim=1).to(torch.uint8), found[0].float().mean(dim=(2, 3))

    @torch.inference_mode()
    def probabilities(self, image: Tensor, labels: Sequence[int]) -> Tensor:
        """How likely each pixel is each of L labels, (N, L, H, W), by images (N, 3, H, W) in [-1, 1], in eval mode."""
        return self.logits(image).float().softmax(dim=1)[:, list(labels)]

    def evaluate(self, dataset: FaceDataset, rows: NDArray[np.int64]) -> dict[str, float]:
        """Pixel accuracy, and the mean IoU over the classes that the true masks show."""
        confusion = torch.zeros(NUM_LABELS**2, dtype=torch.int64)
        for faces in self.batches(dataset, rows):
            labels, _ = self.parse(faces.image)
            pairs = faces.mask.long() * NUM_LABELS + labels.long()
            confusion += torch.bincount(pairs.flatten(), minlength=NUM_LABELS**2).cpu()
        matrix = confusion.view(NUM_LABELS, NUM_LABELS).double()
        right, true, found = matrix.diagonal(), matrix.sum(dim=1), matrix.sum(dim=0)
        iou = (right / (true + found - right))[true > 0]
        return {"pixel_accuracy": float(right.sum() / matrix.sum()), "mean_iou": float(iou.mean())}
