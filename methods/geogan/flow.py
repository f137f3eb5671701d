"""Fields of displacements between faces: warping by them, their smoothness, and landmarks that they should follow."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from methods.labels import LABELS
from methods.layers.part_centres import region_centres

LANDMARKS: Final = ("l_brow", "r_brow", "l_eye", "r_eye", "nose", "mouth", "u_lip", "l_lip", "l_ear", "r_ear")
"""Labels whose centres stand for the paper's 68 landmarks, which these faces do not come with."""

PUBLISHED_LANDMARK_SCALE: Final = 256.0
"""By which the published code multiplies the squared error of landmarks, beside its weight."""


def warp(image: Tensor, flow: Tensor) -> Tensor:
    """What lies in an image where a flow points, bilinear, in float32; the borders go on outside.

    Coordinates are those of `grid_sample` with `align_corners=True`: -1 and 1 are the centres of the first and the last
    pixel, so that a flow of zeros gives the image back.

    Args:
        image: (N, C, H, W).
        flow: (N, 2, H, W), how far to the right and down from each pixel to look, in such coordinates.
    """
    height, width = flow.shape[2:]
    rows = torch.linspace(-1, 1, height, device=flow.device)
    columns = torch.linspace(-1, 1, width, device=flow.device)
    down, right = torch.meshgrid(rows, columns, indexing="ij")
    grid = torch.stack([right, down], dim=2) + flow.float().permute(0, 2, 3, 1)
    return functional.grid_sample(image.float(), grid, padding_mode="border", align_corners=True)


def total_variation(flow: Tensor) -> Tensor:
    """Mean absolute difference of a flow between neighbours, in pixels, summed over both directions."""
    height, width = flow.shape[2:]
    pixels = torch.stack([flow[:, 0].float() * (width - 1) / 2, flow[:, 1].float() * (height - 1) / 2], dim=1)
    return pixels.diff(dim=2).abs().mean() + pixels.diff(dim=3).abs().mean()


def landmarks(label: Tensor) -> tuple[Tensor, Tensor]:
    """The centres of `LANDMARKS`.

    Args:
        label: (N, 19, H, W) one-hot masks.

    Returns:
        (N, K, 2) columns and rows in the coordinates of `warp`, and (N, K) bool, which of them a face has.
    """
    height, width = label.shape[2:]
    # one plane after another: a list of numbers would be copied to the device, which waits for it
    regions = torch.stack([label[:, LABELS.index(name)] for name in LANDMARKS], dim=1)
    centres, present = region_centres(regions)
    rows, columns = centres.unbind(dim=2)
    return torch.stack([(2 * columns - 1) / (width - 1) - 1, (2 * rows - 1) / (height - 1) - 1], dim=2), present


def landmark_loss(flow: Tensor, own: Tensor, others: Tensor, present: Tensor) -> Tensor:
    """256 times the squared error with which a flow points from a face's landmarks to those of another, in float32.

    Args:
        flow: (N, 2, H, W).
        own: (N, K, 2) landmarks of the faces onto which others are warped.
        others: (N, K, 2) landmarks of those.
        present: (N, K) bool, which both have; the mean goes over these.
    """
    found = functional.grid_sample(flow.float(), own[:, None], padding_mode="border", align_corners=True)
    apart = (found[:, :, 0].transpose(1, 2) - (others - own)).square().mean(dim=2)
    kept = present.to(apart.dtype)
    return PUBLISHED_LANDMARK_SCALE * (apart * kept).sum() / kept.sum().clamp(min=1)
