"""How a filled hole is compared with a face (Liu et al., ECCV 2018): pixels, VGG-16's features, smoothness."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.layers.perceptual import VGG16_POOLS, VGGFeatures
from methods.shared.completion_options import ReconstructionOptions


class ReconstructionLosses(nn.Module):
    """The weighted terms of `ReconstructionOptions`; VGG-16's where there are weights of it.

    Args:
        options: the weights.

    Raises:
        CheckpointError: for VGG-16 weights that cannot be read.
    """

    def __init__(self, options: ReconstructionOptions) -> None:
        super().__init__()
        self.options = options
        file = options.vgg16_weights
        self.vgg = None if file is None else VGGFeatures(file, slices=VGG16_POOLS, network="VGG-16")

    def forward(self, made: Tensor, real: Tensor, hole: Tensor) -> dict[str, Tensor]:
        """Weighted scalar terms by name.

        Args:
            made: (N, 3, H, W) what a network gives, in the hole and outside of it.
            real: (N, 3, H, W) faces in [-1, 1].
            hole: (N, 1, H, W), 1 in the hole, else 0.
        """
        options, real, hole = self.options, real.float(), hole.float()
        apart = (made.float() - real).abs()
        completed = torch.lerp(real, made.float(), hole)
        losses = {
            "valid": options.valid_weight * (apart * (1 - hole)).mean(),
            "hole": options.hole_weight * (apart * hole).mean(),
            "total_variation": options.tv_weight * hole_variation(completed, hole),
        }
        return losses | (self._vgg_losses(self.vgg, made, completed, real) if self.vgg is not None else {})

    def _vgg_losses(self, vgg: VGGFeatures, made: Tensor, completed: Tensor, real: Tensor) -> Mapping[str, Tensor]:
        """Distances of features, and of their correlations, of what is made and of the completed face."""
        with torch.no_grad():
            wanted = [features.float() for features in vgg.features(real)]
        perceptual, style = [], []
        for images in (made, completed):
            for features, goal in zip(vgg.features(images), wanted, strict=True):
                perceptual.append((features.float() - goal).abs().mean())
                style.append((gram_matrix(features) - gram_matrix(goal)).abs().mean())
        return {
            "perceptual": self.options.perceptual_weight * torch.stack(perceptual).sum(),
            "style": self.options.style_weight * torch.stack(style).sum(),
        }


def gram_matrix(features: Tensor) -> Tensor:
    """Correlations (N, C, C) of the channels of (N, C, H, W) features, over C H W, in float32 (Gatys et al., 2016)."""
    with torch.autocast(features.device.type, enabled=False):
        flat = features.float().flatten(2)
        return flat @ flat.mT / (flat.shape[1] * flat.shape[2])


def hole_variation(image: Tensor, hole: Tensor) -> Tensor:
    """Mean absolute difference of neighbours, of which only those in the hole and on its border are not taken for 0.

    Args:
        image: (N, 3, H, W).
        hole: (N, 1, H, W), 1 in the hole, else 0.
    """
    near = functional.max_pool2d(hole, 3, stride=1, padding=1)
    down = (image[..., 1:, :] - image[..., :-1, :]) * near[..., 1:, :] * near[..., :-1, :]
    right = (image[..., 1:] - image[..., :-1]) * near[..., 1:] * near[..., :-1]
    return down.abs().mean() + right.abs().mean()
