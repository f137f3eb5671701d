"""An encoder without a network, for tests of what is compared by features."""

from __future__ import annotations

import torch
from torch import Tensor

from benchmark.features.encoder import Encoder
from benchmark.images.convert import Pixels
from benchmark.weights.resources import Resources

WIDTH = 6
"""Values of a row of features."""


class MeanColors(Encoder):
    """Features of an image: the mean colours of its left and of its upper half."""

    resize_policy = "none"

    def __init__(self, resources: Resources, weights: str = "") -> None:
        super().__init__(resources.compute, "0" * 64)

    def resize(self, images: Pixels) -> Tensor:
        return torch.from_numpy(images).double()

    def features(self, inputs: Tensor) -> Tensor:
        half = inputs.shape[1] // 2
        return torch.cat([inputs[:, :, :half].mean(dim=(1, 2)), inputs[:, :half].mean(dim=(1, 2))], dim=1)
