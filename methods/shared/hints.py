"""Hints at what a region is to show, as a user would draw them: lines, and colours of its parts."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from methods.labels import NUM_LABELS
from methods.layers.blur import blurred

LUMINANCE: Final = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the brightness (ITU-R BT.601)."""
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
    colours = image.float().split(1, dim=1)
    # Python numbers, no tensor: one copied to the device would make the host wait for it
    brightness = torch.stack([weight * colour for weight, colour in zip(LUMINANCE, colours, strict=True)]).sum(dim=0)
    around = functional.pad(blurred(brightness), (1, 1, 1, 1), "replicate")[:, 0]
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


def outlines(mask: Tensor, region: Tensor) -> Tensor:
    """Lines between parts: where a pixel's label is not that of the next one, right of it or below.

    Args:
        mask: (N, H, W) uint8 labels.
        region: (N, H, W) bool.

    Returns:
        (N, H, W) float in {0, 1}, 0 outside the region.
    """
    line = torch.zeros_like(region)
    line[:, :, :-1] |= mask[:, :, :-1] != mask[:, :, 1:]
    line[:, :-1] |= mask[:, :-1] != mask[:, 1:]
    return (line & region).float()


def part_colours(
    mask: Tensor, region: Tensor, *shown: tuple[Tensor, Tensor], otherwise: Tensor | None = None
) -> Tensor:
    """Each part of label maps in one colour, its median where it is shown first.

    Args:
        mask: (N, H, W) uint8 labels in 0..18, the parts that are painted.
        region: (N, H, W) bool, where there are colours.
        shown: images (N, 3, H, W) in [-1, 1] and their labels (N, H, W) uint8; the label 19 hides a pixel.
        otherwise: image whose median colour parts have that no image shows; None leaves them 0.

    Returns:
        (N, 3, H, W) float in [-1, 1], 0 outside the region.
    """
    colours = torch.zeros(len(mask), 3, NUM_LABELS, device=mask.device)
    if otherwise is not None:
        everywhere, _ = _medians(otherwise, torch.zeros_like(mask))
        colours = everywhere[:, :, :1].expand_as(colours)
    for image, labels in reversed(shown):
        medians, present = _medians(image, labels)
        colours = torch.where(present[:, None], medians, colours)
    parts = mask.long().flatten(1)[:, None].expand(-1, 3, -1)
    return colours.gather(2, parts).unflatten(2, mask.shape[1:]) * region[:, None]


def _medians(image: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The median colour (N, 3, 19) of each part of images, and whether there is such a part, (N, 19) bool."""
    flat = labels.long().flatten(1)
    values, of_channel = image.float().flatten(2), flat[:, None].expand(-1, 3, -1)
    # by label, then by value: 4 is more than values of one label are apart
    ordered = values.gather(2, (4.0 * of_channel + values).argsort(dim=2))
    numbers = torch.arange(NUM_LABELS, device=labels.device)
    before, count = ((compare(flat[:, None], numbers[:, None])).sum(dim=2) for compare in (torch.lt, torch.eq))
    lower, upper = (
        ordered.gather(2, (before + middle).clamp(0, flat.shape[1] - 1)[:, None].expand(-1, 3, -1))
        for middle in ((count - 1) // 2, count // 2)
    )
    return (lower + upper) / 2, count > 0
