"""U-Net of partial convolutions (Liu et al., ECCV 2018): what is known grows inwards, layer by layer."""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.layers.partial_conv import PartialConv2d

KERNELS = (7, 5, 5)
"""Sides of the kernels of the first halvings; 3 after them."""


class _Down(nn.Module):
    """A halving, batch norm unless it is the first layer, ReLU."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, *, normed: bool) -> None:
        super().__init__()
        self.conv = PartialConv2d(
            in_channels, out_channels, kernel_size, 2, kernel_size // 2, bias=not normed, multi_channel=True
        )
        self.bn = nn.BatchNorm2d(out_channels) if normed else nn.Identity()

    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        features, mask = self.conv(features, mask)
        return functional.relu(self.bn(features)), mask


class _Up(nn.Module):
    """A doubling of features and mask, joined with those skipped; batch norm and LeakyReLU unless it is the last."""

    def __init__(self, in_channels: int, out_channels: int, *, last: bool) -> None:
        super().__init__()
        self.conv = PartialConv2d(in_channels, out_channels, 3, 1, 1, bias=last, multi_channel=True)
        self.bn = nn.Identity() if last else nn.BatchNorm2d(out_channels)
        self.activation = nn.Identity() if last else nn.LeakyReLU(0.2)

    def forward(self, features: Tensor, mask: Tensor, skipped: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        joined, known = (
            torch.cat([functional.interpolate(below, scale_factor=2.0, mode="nearest"), beside], dim=1)
            for below, beside in zip((features, mask), skipped, strict=True)
        )
        features, mask = self.conv(joined, known)
        return self.activation(self.bn(features)), mask


class PartialUNet(nn.Module):
    """Fills holes; defaults are the published options at 256 pixels, as OpenMMLab's MMagic has them.

    Args:
        width: channels after the first halving; doubled at each, to eight times that at most.
        num_halvings: stride-2 layers, at least 2.
    """

    def __init__(self, width: int = 64, num_halvings: int = 7) -> None:
        super().__init__()
        widths = [3, *(width * min(2**level, 8) for level in range(num_halvings))]
        encoder: OrderedDict[str, nn.Module] = OrderedDict()
        decoder: OrderedDict[str, nn.Module] = OrderedDict()
        for level, (before, after) in enumerate(pairwise(widths), 1):
            kernel_size = KERNELS[level - 1] if level <= len(KERNELS) else 3
            encoder[f"enc{level}"] = _Down(before, after, kernel_size, normed=level > 1)
            decoder[f"dec{level}"] = _Up(after + before, before, last=level == 1)
        self.encoder = nn.ModuleDict(encoder)
        self.decoder = nn.ModuleDict(decoder)

    def forward(self, image: Tensor, hole: Tensor) -> Tensor:
        """Images (N, 3, H, W), in float32 and of any range, with what was in the hole made anew.

        Args:
            image: (N, 3, H, W) in [-1, 1]; what it has in the hole is not seen. Sides divisible by 2 ** num_halvings.
            hole: (N, 1, H, W), 1 in the hole, else 0.
        """
        known = 1 - hole
        skipped = [(image * known, known.expand(-1, 3, -1, -1))]
        for down in self.encoder.values():
            skipped.append(down(*skipped[-1]))
        features, mask = skipped.pop()
        for up in reversed(self.decoder.values()):
            features, mask = up(features, mask, skipped.pop())
        return features.float()
