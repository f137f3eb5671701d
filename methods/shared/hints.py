"""Hints of what a hidden region shows: its edges as a sketch, and its parts' colours."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from methods.labels import NUM_LABELS

LUMINANCE: Final = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the brightness (ITU-R BT.601)."""
SMOOTHING: Final = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
"""A binomial kernel of standard deviation 1 pixel, which is applied along both axes."""
EDGE: Final = 0.04
"""Smallest step a pixel of the smoothed brightness, which is in [-1, 1], that is a line."""


def sketch_of(image: Tensor, region: Tensor) -> Tensor:
    """Lines where the brightness changes most across them: (N, H, W) float in {0, 1}, 0 outside the region.

    The gradient of the smoothed brightness is kept where it is large and no smaller than at both neighbours across the
    edge, as in Canny, "A Computational Approach to Edge Detection" (PAMI 1986), without his tracking of weak edges.

    Args:
        image: (N, 3, H, W) in [-1, 1].
        region: (N, H, W) bool.
    """
    weights = torch.tensor(LUMINANCE, device=image.device).view(1, 3, 1, 1)
    brightness = (image.float() * weights).sum(dim=1, keepdim=True)
    taps = torch.tensor(SMOOTHING, device=image.device)
    smooth = functional.conv2d(
        functional.pad(brightness, (2, 2, 2, 2), "replicate"), torch.outer(taps, taps)[None, None]
    )
    around = functional.pad(smooth, (1, 1, 1, 1), "replicate")[:, 0]
    down, right = (around[:, 2:, 1:-1] - around[:, :-2, 1:-1]) / 2, (around[:, 1:-1, 2:] - around[:, 1:-1, :-2]) / 2
    strength = torch.hypot(down, right)
    # the eighth of a turn nearest to the gradient's direction: along rows, a diagonal, along columns, the other
    octant = torch.round(torch.atan2(down, right) / (torch.pi / 4)).long() % 4
    height, width = strength.shape[1:]
    padded = functional.pad(strength[:, None], (1, 1, 1, 1))[:, 0]

    def moved(rows: int, columns: int) -> Tensor:
        return padded[:, 1 + rows : 1 + rows + height, 1 + columns : 1 + columns + width]

    steps = ((0, 1), (1, 1), (1, 0), (1, -1))
    before = torch.stack([moved(-rows, -columns) for rows, columns in steps]).gather(0, octant[None])[0]
    after = torch.stack([moved(rows, columns) for rows, columns in steps]).gather(0, octant[None])[0]
    # a ridge of two equal pixels keeps one of them
    lines = (strength >= EDGE) & (strength > before) & (strength >= after)
    return (lines & region).float()


def part_colours(image: Tensor, mask: Tensor, region: Tensor) -> Tensor:
    """Each part of a face in the median of its colours within the region: (N, 3, H, W) float, 0 outside the region.

    Args:
        image: (N, 3, H, W) in [-1, 1].
        mask: (N, H, W) labels in 0..18, which say where the parts are.
        region: (N, H, W) bool.
    """
    labels = mask.long().masked_fill(~region, NUM_LABELS).flatten(1)
    values, of_channel = image.float().flatten(2), labels[:, None].expand(-1, 3, -1)
    # by label, then by value: 4 is more than values of one label are apart
    order = (4.0 * of_channel + values).argsort(dim=2)
    count = (labels[:, None] == torch.arange(NUM_LABELS + 1, device=labels.device)[:, None]).sum(dim=2)
    middle = (count.cumsum(dim=1) - count + (count - 1).clamp(min=0) // 2).clamp(max=labels.shape[1] - 1)
    medians = values.gather(2, order.gather(2, middle[:, None].expand(-1, 3, -1)))
    return medians.gather(2, of_channel).view_as(image) * region[:, None]
