"""The face parser: labels of every pixel, and the features that distances between sets of images are taken on."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from benchmark.data.base import FaceDataset
from benchmark.judges.base import Judge
from methods.base import FaceBatch
from methods.labels import NUM_LABELS
from methods.layers.parsing_unet import ParsingUNet

STRIDE = 16
"""Pixels of the image to one of the U-Net's deepest features."""
WEIGHT_EXPONENT = -0.3
"""Of a class's share of the pixels, to give its weight in the loss."""
SMALLEST_SHARE = 1e-4
"""Added to a class's share of the pixels, so that a class of a few pixels does not outweigh the rest."""


class FaceParser(Judge):
    """The U-Net that CelebAMask-HQ's authors publish for face parsing, trained with weighted cross-entropy.

    A class weighs its share of a batch's pixels to the power of `WEIGHT_EXPONENT`: at 0 the small classes (brows, lips,
    jewels) are learned long after the large ones, at -1/2 they already spread over their neighbours.

    Args:
        size: side of the square images in pixels, a multiple of 16.
        feature_scale: divides the U-Net's widths; the published network has 4.
        iterations: optimiser iterations.
        batch_size: faces an iteration.
        lr: the learning rate's peak.

    Raises:
        ValueError: if `size` is no multiple of 16.
    """

    def __init__(
        self, size: int, *, feature_scale: int = 4, iterations: int = 30000, batch_size: int = 16, lr: float = 1e-3
    ) -> None:
        if size % STRIDE:
            raise ValueError(f"the face parser takes sizes that are multiples of {STRIDE}, not {size}")
        super().__init__(size=size, iterations=iterations, batch_size=batch_size, lr=lr, feature_scale=feature_scale)
        self.network = ParsingUNet(NUM_LABELS, feature_scale)
        for module in self.network.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

    def loss(self, faces: FaceBatch) -> Tensor:
        """Cross-entropy, the weighted mean over pixels."""
        labels = faces.mask.long()
        share = torch.bincount(labels.flatten(), minlength=NUM_LABELS) / labels.numel()
        weight = (share + SMALLEST_SHARE) ** WEIGHT_EXPONENT
        return functional.cross_entropy(self.network(faces.image).float(), labels, weight)

    @torch.inference_mode()
    def parse(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Label N images and describe each; call in eval mode.

        Args:
            image: (N, 3, H, W) in [-1, 1].

        Returns:
            Labels (N, H, W) uint8, and features (N, 1024 / feature_scale) float32: the mean over positions of the
            U-Net's deepest layer, which lie on the CPU or GPU as the images do.
        """
        deepest: list[Tensor] = []

        def keep(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
            deepest.append(output)

        hook = self.network.center.register_forward_hook(keep)
        try:
            logits = self.network(image)
        finally:
            hook.remove()
        return logits.argmax(dim=1).to(torch.uint8), deepest[0].float().mean(dim=(2, 3))

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
