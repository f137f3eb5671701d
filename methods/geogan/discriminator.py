"""Discriminator of GeoGAN (Yin et al., AAAI 2019): patches at several scales, and the attribute that a face has."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from methods.layers.patch_discriminator import MultiscaleDiscriminator


class Discriminator(nn.Module):
    """Verdicts of each scale, and log-odds of the attribute off the same features.

    The published one is a discriminator of three scales that reads the attribute too; its layers are not known.

    Args:
        ndf: width of the first layer; doubled at each, to 512 at most.
        n_layers: stride-2 layers of each scale.
        num_d: scales.
    """

    def __init__(self, ndf: int = 64, n_layers: int = 3, num_d: int = 3) -> None:
        super().__init__()
        self.patches = MultiscaleDiscriminator(3, ndf, n_layers, num_d)
        width = min(ndf * 2**n_layers, 512)
        self.readers = nn.ModuleList(nn.Linear(width, 1) for _ in range(num_d))

    def forward(self, image: Tensor) -> tuple[list[list[Tensor]], Tensor]:
        """Features of each scale of (N, 3, H, W) images, the verdict last; and (N,) log-odds, a mean over scales."""
        features = self.patches(image)
        read = [reader(scale[-2].mean(dim=(2, 3))) for reader, scale in zip(self.readers, features, strict=True)]
        return features, torch.stack(read).float().mean(dim=0)[:, 0]
