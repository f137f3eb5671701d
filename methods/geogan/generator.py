"""Networks of GeoGAN (Yin et al., AAAI 2019): flow, mask and refinement give an attribute, and a remover takes it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.geogan.flow import warp
from methods.layers.residual import ConvBlock, ResidualBlock

FLOW_DIVISOR: Final = 10.0
"""What the network's flow is divided by: it begins near no displacement at all."""
RESIDUAL_SCALE: Final = 2.0
"""What residuals in [-1, 1] are multiplied by, so that any colour can become any other."""


class Transfer(NamedTuple):
    """What giving an attribute made.

    Attributes:
        image: (N, 3, H, W) in [-1, 1], the faces with the attribute.
        flow: (N, 2, H, W), where in the other face each pixel was looked for (`warp`).
        mask: (N, 1, H, W) in [0, 1], how far each pixel is the other face's.
    """

    image: Tensor
    flow: Tensor
    mask: Tensor


class Generator(nn.Module):
    """Gives a face the attribute of another, and takes it away; defaults are the published options.

    Heads, residual blocks and the layers of tails are published facts; how many networks share what is not, and this
    arrangement has 3,631,545 parameters where the published networks use 3,964,025.

    Args:
        width: of the networks at full resolution; doubled at each halving.
        n_downsampling: stride-2 layers.
        n_blocks: residual blocks of each network.
        outer_kernel: side of the first convolutions; odd.
    """

    def __init__(self, width: int = 16, n_downsampling: int = 3, n_blocks: int = 3, outer_kernel: int = 7) -> None:
        super().__init__()
        shape = width, n_downsampling, n_blocks, outer_kernel
        self.displacer = PairNetwork((3, 3), (2, 3), *shape)
        self.selector = PairNetwork((3, 3), (1,), *shape)
        self.remover = PairNetwork((3, 1), (3,), *shape)

    def transfer(self, lacking: Tensor, having: Tensor, refinement: float) -> Transfer:
        """Faces (N, 3, H, W) in [-1, 1] with the attribute of others, which have it.

        Args:
            lacking: (N, 3, H, W) faces in [-1, 1].
            having: (N, 3, H, W) others.
            refinement: how far colours may go beyond those of the two, from 0.
        """
        flow, residual = self.displacer(lacking, having)
        (selected,) = self.selector(lacking, having)
        flow, mask = flow.float() / FLOW_DIVISOR, torch.sigmoid(selected.float())
        joined = (1 - mask) * lacking.float() + mask * warp(having, flow)
        refined = joined + RESIDUAL_SCALE * torch.tanh(residual.float()) * mask * refinement
        return Transfer(refined.clamp(-1, 1), flow, mask)

    def remove(self, having: Tensor, given: Transfer) -> Tensor:
        """Faces (N, 3, H, W) without their attribute, which was given to others: in [-1, 1] and float32.

        Args:
            having: (N, 3, H, W) faces in [-1, 1].
            given: what giving it made; its mask, warped by the opposite of its flow, says where the attribute is.
        """
        place = warp(given.mask, -given.flow)
        (residual,) = self.remover(having, place.to(having.dtype))
        return (having.float() + RESIDUAL_SCALE * torch.tanh(residual.float())).clamp(-1, 1)


class PairNetwork(nn.Module):
    """Two images to maps of their size: a head each, joined at every level, residual blocks, and a tail a map.

    Args:
        in_channels: of both images.
        out_channels: of each map.
        width: at full resolution; doubled at each halving.
        n_downsampling: stride-2 layers.
        n_blocks: residual blocks.
        outer_kernel: side of the first convolutions; odd.
    """

    def __init__(
        self,
        in_channels: tuple[int, int],
        out_channels: Sequence[int],
        width: int,
        n_downsampling: int,
        n_blocks: int,
        outer_kernel: int,
    ) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(n_downsampling + 1)]
        self.heads = nn.ModuleList(_head(channels, widths, outer_kernel) for channels in in_channels)
        self.blocks = nn.Sequential(
            ConvBlock(2 * widths[-1], widths[-1], 1, norm=True), *(ResidualBlock(widths[-1]) for _ in range(n_blocks))
        )
        self.tails = nn.ModuleList(_Tail(widths, channels) for channels in out_channels)

    def forward(self, first: Tensor, second: Tensor) -> list[Tensor]:
        """(N, C, H, W) of each map, of two batches of images, sides divisible by 2 ** n_downsampling."""
        levels = [first, second]
        joined = []
        for layers in zip(*self.heads, strict=True):
            levels = [layer(features) for layer, features in zip(layers, levels, strict=True)]
            joined.append(torch.cat(levels, dim=1))
        features = self.blocks(joined.pop())
        return [tail(features, joined) for tail in self.tails]


def _head(channels: int, widths: Sequence[int], kernel: int) -> nn.ModuleList:
    """A layer for each level, of which all but the first halve."""
    layers = [ConvBlock(channels, widths[0], kernel, 1, kernel // 2, padding_mode="reflect", norm=True)]
    for before, after in pairwise(widths):
        layers.append(ConvBlock(before, after, 3, 2, 1, norm=True))
    return nn.ModuleList(layers)


class _Tail(nn.Module):
    """Doublings, each of which looks at both images again, to a map."""

    def __init__(self, widths: Sequence[int], out_channels: int) -> None:
        super().__init__()
        self.narrow = nn.ModuleList()
        self.smooth = nn.ModuleList()
        for below, here in zip(reversed(widths[1:]), reversed(widths[:-1]), strict=True):
            self.narrow.append(nn.Conv2d(below + 2 * here, here, 1))
            self.smooth.append(ConvBlock(here, here, 3, 1, 1, padding_mode="reflect", norm=True))
        self.output = nn.Conv2d(widths[0], out_channels, 3, padding=1, padding_mode="reflect")

    def forward(self, features: Tensor, levels: Sequence[Tensor]) -> Tensor:
        for narrow, smooth, skipped in zip(self.narrow, self.smooth, reversed(levels), strict=True):
            features = functional.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)
            features = smooth(narrow(torch.cat([features, skipped], dim=1)))
        return self.output(features)
