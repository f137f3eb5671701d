"""The encoder and the decoder of AdaIN style transfer (Huang and Belongie, ICCV 2017): VGG-19 to relu4_1, mirrored."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from torch import Tensor, nn

REPEATS: Final = (2, 2, 4, 1)
"""Convolutions of VGG-19 at each resolution up to relu4_1."""


def _conv(in_channels: int, out_channels: int) -> list[nn.Module]:
    return [nn.ReflectionPad2d(1), nn.Conv2d(in_channels, out_channels, 3)]


class Encoder(nn.Sequential):
    """VGG-19 up to relu4_1 with reflected borders, after a 1x1 convolution that normalises colours.

    The published weights are rescaled so that every channel's mean activation is one ("normalised").

    Args:
        width: channels at full resolution; doubled at each of three poolings.
    """

    def __init__(self, width: int = 64) -> None:
        layers: list[nn.Module] = [nn.Conv2d(3, 3, 1)]
        ends, channels = [], 3
        for level, repeats in enumerate(REPEATS):
            if level:
                layers.append(nn.MaxPool2d(2, ceil_mode=True))
            for repeat in range(repeats):
                layers += [*_conv(channels, width * 2**level), nn.ReLU()]
                channels = width * 2**level
                if not repeat:
                    ends.append(len(layers))
        super().__init__(*layers)
        self.ends = tuple(ends)

    def features(self, image: Tensor) -> list[Tensor]:
        """Features of (N, 3, H, W) images in [0, 1] after relu1_1, relu2_1, relu3_1 and relu4_1."""
        features, results = image, []
        for position, layer in enumerate(self, 1):
            features = layer(features)
            if position in self.ends:
                results.append(features)
        return results


class Decoder(nn.Sequential):
    """The mirror of the encoder, nearest upsampling for its poolings; it has no norms, which would take styles away.

    Args:
        width: channels at full resolution.
    """

    def __init__(self, width: int = 64) -> None:
        widths = [width * 2**level for level, repeats in enumerate(REPEATS) for _ in range(repeats)]
        layers: list[nn.Module] = []
        for before, after in pairwise([*reversed(widths), 3]):
            layers += _conv(before, after)
            if after != 3:
                layers.append(nn.ReLU())
            if after < before and after != 3:
                layers.append(nn.Upsample(scale_factor=2.0, mode="nearest"))
        super().__init__(*layers)
