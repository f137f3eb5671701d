"""The cascade of CRN (Chen and Koltun, ICCV 2017): each module doubles the resolution and reads the mask anew."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from methods.crn.options import START_SIDE
from methods.labels import NUM_LABELS


class _RefinementModule(nn.Module):
    """Two convolutions of the features from below beside the mask, each with layer norm and LeakyReLU."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for channels in (in_channels, out_channels):
            layers += [
                nn.Conv2d(channels, out_channels, 3, padding=1, bias=False),
                nn.GroupNorm(1, out_channels),  # layer norm over channels and positions, affine for each channel
                nn.LeakyReLU(0.2),
            ]
        self.layers = nn.Sequential(*layers)

    def forward(self, features: Tensor) -> Tensor:
        return self.layers(features)


class CascadedRefinement(nn.Module):
    """Masks to images, from 4 pixels a side to `size`; defaults are the published widths.

    Args:
        size: side of the images, 4 times a power of two.
        width: channels up to 64 pixels; half of it at 128 and 256, an eighth from 512.
        num_images: images made of each mask.
    """

    def __init__(self, size: int = 256, width: int = 1024, num_images: int = 1) -> None:
        super().__init__()
        self.num_images = num_images
        self.sides = [START_SIDE * 2**level for level in range((size // START_SIDE).bit_length())]
        widths = [width if side <= 64 else width // 2 if side <= 256 else width // 8 for side in self.sides]
        self.refinement = nn.ModuleList(
            _RefinementModule(NUM_LABELS + before, after)
            for before, after in zip([0, *widths[:-1]], widths, strict=True)
        )
        self.output = nn.Conv2d(widths[-1], 3 * num_images, 1)

    def forward(self, label: Tensor) -> Tensor:
        """Images (N, num_images, 3, size, size), not kept in [-1, 1], of one-hot masks (N, 19, size, size).

        A mask is resized by area: a pixel of a small one says which share of it each label has.
        """
        features = label
        for side, module in zip(self.sides, self.refinement, strict=True):
            seen = [functional.interpolate(label, (side, side), mode="area")]
            if side > START_SIDE:
                seen.insert(0, functional.interpolate(features, (side, side), mode="bilinear", align_corners=True))
            features = module(torch.cat(seen, dim=1))
        return self.output(features).unflatten(1, (self.num_images, 3))
