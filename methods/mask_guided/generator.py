"""Generator of Mask-Guided Portrait Editing (Gu et al., CVPR 2019): features of parts and of a mask to a face."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from methods.mask_guided.part_autoencoder import doubling


class NormedResidualBlock(nn.Module):
    """Features plus two batch-normalised 3x3 convolutions of them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        return features + self.layers(features)


class PortraitGenerator(nn.Module):
    """Placed features of parts, a mask, and what is seen of the background, to a face.

    Defaults are the published options at 256 pixels. Widths, norms and the places where things join are published
    facts; of kernels and biases only the sum of parameters is known, which this arrangement has.

    Args:
        num_labels: of the mask; 11 in the paper.
        num_parts: whose features come.
        ngf: width at full resolution; doubled at each halving.
        n_downsampling: stride-2 steps between the image and the features.
        n_blocks: residual blocks.
        outer_kernel: side of the convolutions at full resolution; odd.
    """

    def __init__(
        self,
        num_labels: int = 11,
        num_parts: int = 5,
        ngf: int = 64,
        n_downsampling: int = 2,
        n_blocks: int = 9,
        outer_kernel: int = 7,
    ) -> None:
        super().__init__()
        deep = ngf * 2**n_downsampling
        layers = _reading(num_labels, ngf, outer_kernel)
        for step in range(n_downsampling):
            width = ngf * 2**step
            layers += [
                nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
                nn.BatchNorm2d(2 * width),
                nn.ReLU(),
            ]
        self.label = nn.Sequential(*layers)
        self.fusion = nn.Sequential(nn.Conv2d((num_parts + 1) * deep, deep, 1), nn.BatchNorm2d(deep), nn.ReLU())
        self.blocks = nn.Sequential(*(NormedResidualBlock(deep) for _ in range(n_blocks)))
        layers = []
        for step in reversed(range(n_downsampling)):
            layers += doubling(ngf * 2 ** (step + 1), ngf * 2**step)
        self.up = nn.Sequential(*layers)
        self.background = nn.Sequential(*_reading(4, ngf, outer_kernel))
        self.output = nn.Conv2d(2 * ngf, 3, outer_kernel, padding=outer_kernel // 2, padding_mode="reflect")

    def forward(self, parts: Tensor, label: Tensor, image: Tensor, seen: Tensor) -> Tensor:
        """A face (N, 3, H, W) in [-1, 1].

        Args:
            parts: (N, num_parts * C, h, w), the features of every part at its place.
            label: (N, num_labels, H, W) one-hot masks.
            image: (N, 3, H, W) in [-1, 1], faces that lend their background.
            seen: (N, 1, H, W) in {0, 1}, where it is seen.
        """
        features = self.fusion(torch.cat([parts, self.label(label)], dim=1))
        foreground = self.up(self.blocks(features))
        behind = self.background(torch.cat([image * seen, seen], dim=1))
        return torch.tanh(self.output(torch.cat([foreground, behind], dim=1)))


def _reading(channels: int, width: int, kernel: int) -> list[nn.Module]:
    conv = nn.Conv2d(channels, width, kernel, padding=kernel // 2, padding_mode="reflect")
    return [conv, nn.BatchNorm2d(width), nn.ReLU()]
