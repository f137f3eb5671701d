"""Networks of DiscoGAN (Kim et al., ICML 2017): a generator with or without a bottleneck, and a discriminator."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn


def _halvings(width: int, count: int) -> list[nn.Sequential]:
    """4x4 convolutions of stride 2, each with batch norm, but for the first, and LeakyReLU."""
    widths = [width * 2**level for level in range(count)]
    layers = []
    for before, after in pairwise((3, *widths)):
        norm = [nn.BatchNorm2d(after)] if before > 3 else []
        conv = nn.Conv2d(before, after, 4, stride=2, padding=1, bias=False)
        layers.append(nn.Sequential(conv, *norm, nn.LeakyReLU(0.2)))
    return layers


class FloatSigmoid(nn.Module):
    """A sigmoid in float32: in bfloat16 its values around 0.5, which residuals are of, lie 1 / 256 apart."""

    def forward(self, logits: Tensor) -> Tensor:
        """Of any shape and float type."""
        return torch.sigmoid(logits.float())


class Generator(nn.Sequential):
    """Halvings and doublings, without skips; defaults are the published options at 64 pixels.

    It takes (N, 3, H, W) images in [0, 1] whose channels are blue, green, red, and gives such images in float32.

    Args:
        width: channels after the first halving; doubled at each.
        num_halvings: stride-2 layers, and as many doublings.
        bottleneck: values at each position of the code that 4x4 convolutions make of the last features; 0 leaves these
            convolutions out.
    """

    def __init__(self, width: int = 64, num_halvings: int = 4, bottleneck: int = 0) -> None:
        widths = [width * 2**level for level in reversed(range(num_halvings))]
        layers: list[nn.Module] = [*_halvings(width, num_halvings)]
        if bottleneck:
            layers += [
                nn.Sequential(
                    nn.Conv2d(widths[0], bottleneck, 4, bias=False), nn.BatchNorm2d(bottleneck), nn.LeakyReLU(0.2)
                ),
                nn.Sequential(
                    nn.ConvTranspose2d(bottleneck, widths[0], 4, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()
                ),
            ]
        for before, after in pairwise((*widths, 3)):
            up = nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=False)
            last = [FloatSigmoid()] if after == 3 else [nn.BatchNorm2d(after), nn.ReLU()]
            layers.append(nn.Sequential(up, *last))
        super().__init__(*layers)


class Discriminator(nn.Module):
    """Tells real from generated images, and shows the features by which it does; it takes images as `Generator` does.

    Args:
        width: channels after the first halving; doubled at each.
        num_halvings: stride-2 layers, of which 4 lead from 64 pixels to the 4 that a verdict sees.
    """

    def __init__(self, width: int = 64, num_halvings: int = 4) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_halvings(width, num_halvings))
        self.verdict = nn.Conv2d(width * 2 ** (num_halvings - 1), 1, 4, bias=False)

    def forward(self, image: Tensor) -> list[list[Tensor]]:
        """Features after every halving but the first, then log-odds of being real (N, 1, h, w), as of one scale."""
        features = [image]
        for layer in self.layers:
            features.append(layer(features[-1]))
        return [[*features[2:], self.verdict(features[-1])]]
