"""The default face parser: a small U-Net."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmark.judges.face_parser import ParsingJudge
from methods.base import FaceBatch
from methods.labels import NUM_LABELS
from methods.layers.parsing_unet import ParsingUNet

STRIDE = 16
"""Pixels of the image to one of the U-Net's deepest features."""
WEIGHT_EXPONENT = -0.3
"""Of a class's share of the pixels, to give its weight in the loss."""
SMALLEST_SHARE = 1e-4
"""Added to a class's share of the pixels, so that a class of a few pixels does not outweigh the rest."""


class FaceParser(ParsingJudge):
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

    def logits(self, image: Tensor) -> Tensor:
        """The U-Net's logits."""
        logits: Tensor = self.network(image)
        return logits

    @property
    def deepest(self) -> nn.Module:
        """The U-Net's bottom, with 1024 / feature_scale channels."""
        bottom: nn.Module = self.network.center
        return bottom
