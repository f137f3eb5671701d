"""The U-Net of image translation (Isola et al., CVPR 2017): halvings to one pixel or a few, doublings with skips."""

from __future__ import annotations

import re
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

_PUBLISHED: Final = re.compile(r"^model\.((?:model\.\d\.)+)(\w+)$")
"""A published key: blocks nested in each other, each by its place in the one around it, then the tensor."""

_PLACES: Final = {"1": ("downs", "conv"), "2": ("downs", "norm"), "3": ("ups", "conv"), "4": ("ups", "norm")}
"""What the layers of a published block are; those of doublings come two places later where a block is nested."""


class _Down(nn.Module):
    """LeakyReLU, a halving convolution, batch norm."""

    def __init__(self, in_channels: int, out_channels: int, *, activated: bool, normed: bool) -> None:
        super().__init__()
        self.activated = activated
        self.conv = nn.Conv2d(in_channels, out_channels, 4, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out_channels) if normed else nn.Identity()

    def forward(self, features: Tensor) -> Tensor:
        if self.activated:
            features = functional.leaky_relu(features, 0.2)
        return self.norm(self.conv(features))


class _Up(nn.Module):
    """ReLU, a doubling convolution, batch norm, dropout."""

    def __init__(self, in_channels: int, out_channels: int, *, dropout: float) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose2d(in_channels, out_channels, 4, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, features: Tensor) -> Tensor:
        return self.dropout(self.norm(self.conv(functional.relu(features))))


class UNet(nn.Module):
    """Images to images; defaults are the published options at 256 pixels.

    The innermost halving, whose result may be a single pixel, has no norm; neither have the first and the last layer.

    Args:
        in_channels: of the input.
        out_channels: of the result.
        ngf: width after the first halving; doubled at each, to eight times that at most.
        num_downs: halvings, at least 2.
        dropout: share of features that doublings between the innermost and the fourth drop in train mode.
    """

    def __init__(
        self, in_channels: int = 3, out_channels: int = 3, ngf: int = 64, num_downs: int = 8, dropout: float = 0.5
    ) -> None:
        super().__init__()
        widths = [in_channels, *(ngf * min(2**level, 8) for level in range(num_downs))]
        last = num_downs - 1
        self.downs = nn.ModuleList(
            _Down(widths[level], widths[level + 1], activated=level > 0, normed=0 < level < last)
            for level in range(num_downs)
        )
        # Above the innermost level, features come with those skipped.
        self.ups = nn.ModuleList(
            _Up(
                widths[level + 1] * (1 if level == last else 2),
                widths[level],
                dropout=dropout if 3 < level < last else 0.0,
            )
            for level in range(1, num_downs)
        )
        self.output = nn.ConvTranspose2d(2 * ngf, out_channels, 4, stride=2, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        """(N, in_channels, H, W), sides divisible by 2 ** num_downs, to (N, out_channels, H, W) in [-1, 1]."""
        skips = [image]
        for down in self.downs:
            skips.append(down(skips[-1]))
        features = skips.pop()
        for up in reversed(self.ups):
            features = torch.cat([skips.pop(), up(features)], dim=1)
        return torch.tanh(self.output(functional.relu(features)))


def published_unet_key(key: str) -> str:
    """The key of a tensor here, by its published key; other keys as they are."""
    found = _PUBLISHED.match(key)
    if found is None:
        return key
    *around, place = re.findall(r"\d", found[1])
    if not around:
        return f"downs.0.conv.{found[2]}" if place == "0" else f"output.{found[2]}"
    half, layer = _PLACES[{"5": "3", "6": "4"}.get(place, place)]
    level = len(around)
    return f"{half}.{level if half == 'downs' else level - 1}.{layer}.{found[2]}"
