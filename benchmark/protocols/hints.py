"""Hints at what a result is to show, as a user would draw them: lines and colours within a region."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import torch
from torch import Tensor

from benchmark.images.convert import image_array

EDGE_SIGMA: Final = 1.0
"""Standard deviation in pixels of the blur before edges are looked for."""
EDGE_THRESHOLDS: Final = (50, 100)
"""Sobel gradients of 8-bit levels from which Canny's detector goes on with an edge, and begins one."""


def outlines(mask: Tensor, region: Tensor) -> Tensor:
    """Lines between the parts of label maps: where a pixel's label is not that of the next one, right of it or below.

    Args:
        mask: (N, H, W) uint8 labels.
        region: (N, H, W) bool, where there are lines.

    Returns:
        (N, H, W) float in {0, 1}.
    """
    line = torch.zeros_like(region)
    line[:, :, :-1] |= mask[:, :, :-1] != mask[:, :, 1:]
    line[:, :-1] |= mask[:, :-1] != mask[:, 1:]
    return (line & region).float()


def edges(image: Tensor, region: Tensor) -> Tensor:
    """Thin edges of faces within a region: Canny's (OpenCV, L2 gradient) of the grey image, blurred first.

    Args:
        image: (N, 3, H, W) in [-1, 1].
        region: (N, H, W) bool, where there are lines.

    Returns:
        (N, H, W) float in {0, 1}.
    """
    found = []
    for pixels in image_array(image):
        grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (0, 0), EDGE_SIGMA)
        found.append(cv2.Canny(grey, *EDGE_THRESHOLDS, L2gradient=True) > 0)
    return (torch.from_numpy(np.stack(found)) & region).float()


def part_colours(mask: Tensor, region: Tensor, *shown: tuple[Tensor, Tensor]) -> Tensor:
    """Each part of label maps in one colour, its median where it is shown first; else that of all the first image.

    Args:
        mask: (N, H, W) uint8 labels, the parts that are painted.
        region: (N, H, W) bool, where there are colours.
        shown: images (N, 3, H, W) in [-1, 1] and their labels (N, H, W) uint8; a label beyond those of parts hides a
            pixel.

    Returns:
        (N, 3, H, W) in [-1, 1], 0 outside the region.
    """
    painted = torch.zeros(len(mask), 3, *mask.shape[1:])
    for row, (labels, within) in enumerate(zip(mask, region, strict=True)):
        for label in labels[within].unique():
            seen = [image[row][:, parts[row] == label] for image, parts in shown]
            colours = next((found for found in seen if found.shape[1]), shown[0][0][row].flatten(1))
            painted[row][:, within & (labels == label)] = torch.from_numpy(np.median(colours.numpy(), axis=1))[:, None]
    return painted
