"""Generator of SC-FEGAN (Jo and Park, ICCV 2019): a U-Net of gated convolutions with local response normalisation."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import torch
from torch import Tensor, nn

KERNELS: Final = (7, 5, 5)
"""Sides of the kernels of the first halvings; 3 after them."""
DILATIONS: Final = (2, 4, 8, 16)
"""Of the layers between the last halving and the first doubling."""
INPUTS: Final = 9
"""Channels that it sees: the image, a sketch, colours, the hole, and noise."""
LEAK: Final = 0.2


class ResponseNorm(nn.LocalResponseNorm):
    """Features over the root of the summed squares of eleven neighbouring channels: TensorFlow's, with little added."""

    def __init__(self) -> None:
        # torch divides alpha by the number of channels
        super().__init__(size=11, alpha=11.0, beta=0.5, k=5e-5)

    def forward(self, features: Tensor) -> Tensor:
        """The same shape, in float32."""
        with torch.autocast(features.device.type, enabled=False):
            return super().forward(features.float())


class GatedLayer(nn.Module):
    """Features and their gates, by a convolution each.

    Args:
        in_channels: of the input.
        out_channels: of the result.
        kernel_size: side of the kernels, odd.
        stride: of the convolution.
        dilation: of the convolution.
        normed: whether features are normalised.
        activated: whether they leak below zero.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 3,
        stride: int = 1,
        dilation: int = 1,
        *,
        normed: bool = True,
        activated: bool = True,
    ) -> None:
        super().__init__()
        padding = dilation * (kernel_size // 2)
        self.features = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, dilation)
        self.gate = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, dilation)
        self.norm = ResponseNorm() if normed else nn.Identity()
        self.activation = nn.LeakyReLU(LEAK) if activated else nn.Identity()

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, in, H, W) to (N, out, H', W')."""
        return self.activation(self.norm(self.features(inputs))) * self.gate(inputs).sigmoid()


class GatedDoubling(nn.Module):
    """A transposed convolution of stride 2 with gates, joined with skipped features and followed by a `GatedLayer`.

    Args:
        in_channels: of the input.
        skipped: channels of the skipped features.
        out_channels: of the result.
        own_gates: whether a convolution of their own gives the gates; else they are the sigmoid of what they let pass.
        last: whether it gives colours, which are neither normalised nor, at last, activated.
    """

    def __init__(self, in_channels: int, skipped: int, out_channels: int, *, own_gates: bool, last: bool) -> None:
        super().__init__()

        def up() -> nn.ConvTranspose2d:
            return nn.ConvTranspose2d(in_channels, out_channels, 5, stride=2, padding=2, output_padding=1)

        self.features = up()
        self.gate = up() if own_gates else None
        self.norm = nn.Identity() if last else ResponseNorm()
        self.activation = nn.LeakyReLU(LEAK)
        self.joined = GatedLayer(out_channels + skipped, out_channels, normed=not last, activated=not last)

    def forward(self, inputs: Tensor, skipped: Tensor) -> Tensor:
        """(N, in, H, W) and skipped features at twice the size to (N, out, 2H, 2W)."""
        passed = self.activation(self.norm(self.features(inputs)))
        gate = passed if self.gate is None else self.gate(inputs)
        return self.joined(torch.cat([passed * gate.sigmoid(), skipped], dim=1))


class Generator(nn.Module):
    """Fills holes; defaults are the published options at 512 pixels.

    Args:
        width: channels after the first halving; doubled at each, to eight times that at most.
        num_halvings: stride-2 layers.
        own_gates: whether doublings have gates of their own, as all other layers have; not so in the published network.
    """

    def __init__(self, width: int = 64, num_halvings: int = 7, *, own_gates: bool = False) -> None:
        super().__init__()
        widths = [INPUTS, *(width * min(2**level, 8) for level in range(num_halvings))]
        self.down = nn.ModuleList(
            GatedLayer(before, after, KERNELS[level] if level < len(KERNELS) else 3, 2, normed=level > 0)
            for level, (before, after) in enumerate(pairwise(widths))
        )
        self.dilated = nn.Sequential(*(GatedLayer(widths[-1], widths[-1], dilation=dilation) for dilation in DILATIONS))
        self.up = nn.ModuleList()
        channels = widths[-1]
        for skipped in reversed(widths[:-1]):
            last = skipped == INPUTS
            made = 3 if last else skipped
            self.up.append(GatedDoubling(channels, skipped, made, own_gates=own_gates, last=last))
            channels = made

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, 9, H, W), sides divisible by 2 ** num_halvings, to images (N, 3, H, W) in [-1, 1], in float32."""
        skips = [inputs]
        for layer in self.down:
            skips.append(layer(skips[-1]))
        features = self.dilated(skips.pop())
        for doubling in self.up:
            features = doubling(features, skips.pop())
        return features.float().tanh()
