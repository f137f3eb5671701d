"""Convolution blocks and residual blocks, plain or styled by adaptive instance normalisation."""

import re
from typing import Final

from torch import Tensor, nn

from methods.layers.adain import AdaptiveInstanceNorm
from methods.layers.instance_norm import InstanceNorm

_PUBLISHED: Final = re.compile(r"\.conv_block\.([15])\.(weight|bias)$")
"""Where published keys place the two convolutions of a residual block."""


class ConvBlock(nn.Module):
    """Padding, convolution, then an optional norm without parameters and an optional ReLU."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
        *,
        padding_mode: str = "zeros",
        norm: bool = False,
        activation: bool = True,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, padding_mode=padding_mode)
        self.norm = InstanceNorm() if norm else nn.Identity()
        self.activation = nn.ReLU() if activation else nn.Identity()

    def forward(self, features: Tensor) -> Tensor:
        """(N, in, H, W) to (N, out, H', W')."""
        return self.activation(self.norm(self.conv(features)))


class StyledConvBlock(nn.Module):
    """A 3x3 convolution with reflected borders, styled by AdaIN, then an optional ReLU."""

    def __init__(self, channels: int, *, activation: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect")
        self.norm = AdaptiveInstanceNorm(channels)
        self.activation = nn.ReLU() if activation else nn.Identity()

    def forward(self, features: Tensor, style: Tensor) -> Tensor:
        """(N, C, H, W) features, (N, 2C) style."""
        return self.activation(self.norm(self.conv(features), style))


class ResidualBlock(nn.Module):
    """Features plus two instance-normalised 3x3 convolutions of them; no activation after the sum."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_block = nn.Sequential(
            ConvBlock(channels, channels, 3, 1, 1, padding_mode="reflect", norm=True),
            ConvBlock(channels, channels, 3, 1, 1, padding_mode="reflect", norm=True, activation=False),
        )

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        return features + self.conv_block(features)


class StyledResidualBlock(nn.Module):
    """A residual block whose two norms are AdaIN: it takes `style_length` style values per sample."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_block = nn.ModuleList([StyledConvBlock(channels), StyledConvBlock(channels, activation=False)])
        self.style_length = 2 * 2 * channels

    def forward(self, features: Tensor, style: Tensor) -> Tensor:
        """(N, C, H, W) features, (N, 4C) style: the first block's 2C values, then the second's."""
        first, second = style.chunk(2, dim=1)
        return features + self.conv_block[1](self.conv_block[0](features, first), second)


def published_block_key(key: str) -> str:
    """The key of a tensor of a `ResidualBlock` here, by its published key; other keys as they are.

    The published blocks of pix2pixHD and CycleGAN count their paddings, norms and activations among their layers.
    """
    return _PUBLISHED.sub(lambda found: f".conv_block.{int(found[1]) // 4}.conv.{found[2]}", key)
