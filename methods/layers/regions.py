"""Regions of a one-hot map: resized, averaged over, and filled with one value each."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def resize_regions(regions: Tensor, size: Sequence[int]) -> Tensor:
    """One-hot maps (N, R, H, W) at another size (h, w), by the nearest pixel: they stay one-hot."""
    if regions.shape[2:] == tuple(size):
        return regions
    return functional.interpolate(regions, size=tuple(size), mode="nearest")


def region_means(features: Tensor, regions: Tensor) -> Tensor:
    """Mean of the features over each region of each sample, in float32.

    Args:
        features: (N, C, H, W).
        regions: (N, R, H, W) one-hot.

    Returns:
        (N, R, C); zeros for a region without pixels.
    """
    with torch.autocast(features.device.type, enabled=False):
        weights = regions.float()
        sums = torch.einsum("nchw,nrhw->nrc", features.float(), weights)
        return sums / weights.sum(dim=(2, 3)).clamp(min=1)[:, :, None]


def fill_regions(values: Tensor, regions: Tensor) -> Tensor:
    """Maps (N, C, H, W) that hold in each region of (N, R, H, W) one-hot maps that region's row of (N, R, C) values."""
    return torch.einsum("nrc,nrhw->nchw", values, regions.to(values.dtype))
