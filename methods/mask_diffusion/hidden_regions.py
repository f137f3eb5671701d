"""What training hides of faces: all of a face, some of its parts, or areas of any shape."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from methods.labels import NUM_LABELS

PART_SHARE: Final = 0.2
"""Share of the labels that a hidden face's parts are of."""
MARGIN: Final = 5 / 64
"""How far hidden parts reach beyond their labels, as a fraction of the image's side."""
GRID: Final = 6
"""Random heights along each side, whose contour lines bound areas of any shape."""
CONTOURS: Final = (-0.2, 1.0)
"""Between which heights an area's contour line is drawn; the heights of the grid are from N(0, 1)."""


def hidden_regions(mask: Tensor, whole_share: float) -> Tensor:
    """Regions to hide of N faces, drawn on their device: (N, 1, H, W) bool.

    Args:
        mask: (N, H, W) uint8 labels.
        whole_share: share of the faces that are hidden whole; of the others, half have parts hidden.
    """
    chance = torch.rand(2, len(mask), 1, 1, 1, device=mask.device)
    hidden = torch.where(chance[0] < 0.5, hidden_parts(mask), hidden_areas(mask))
    return hidden | (chance[1] < whole_share)


def hidden_parts(mask: Tensor) -> Tensor:
    """The pixels of random labels, with a margin: (N, 1, H, W) bool."""
    chosen = torch.rand(len(mask), NUM_LABELS, device=mask.device) < PART_SHARE
    pixels = chosen.gather(1, mask.flatten(1).long()).view(len(mask), 1, *mask.shape[1:])
    margin = max(1, round(MARGIN * mask.shape[-1]))
    return functional.max_pool2d(pixels.float(), 2 * margin + 1, stride=1, padding=margin) > 0


def hidden_areas(mask: Tensor) -> Tensor:
    """The areas within a contour line of smooth random heights: (N, 1, H, W) bool."""
    coarse = torch.randn(len(mask), 1, GRID, GRID, device=mask.device)
    heights = functional.interpolate(coarse, tuple(mask.shape[1:]), mode="bilinear", align_corners=False)
    low, high = CONTOURS
    return heights > low + (high - low) * torch.rand(len(mask), 1, 1, 1, device=mask.device)
