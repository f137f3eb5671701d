"""The operation of AdaIN (Huang and Belongie, ICCV 2017): features with the mean and deviation of a style's."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from methods.layers.regions import fill_regions

EPS = 1e-5
"""Added to variances."""


def moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each channel of each sample: (N, C, 1, 1) each, in float32; the variance is unbiased."""
    exact = features.float()
    return exact.mean((2, 3), keepdim=True), (exact.var((2, 3), keepdim=True) + EPS).sqrt()


class MomentTransfer(nn.Module):
    """Content's features with the moments of the style's, in float32; it has no weights."""

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        """(N, C, H, W) content and (N, C, h, w) style to (N, C, H, W)."""
        mean, deviation = moments(content)
        style_mean, style_deviation = moments(style)
        return (content.float() - mean) / deviation * style_deviation + style_mean


def region_moments(features: Tensor, regions: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each channel over each region, in float32.

    Args:
        features: (N, C, H, W).
        regions: (N, R, H, W), the share of each position that lies in each region.

    Returns:
        (N, R, C) each; of a region of less than one position those of the whole sample.
    """
    exact, weights = features.float(), regions.float()
    total = weights.sum((2, 3))[:, :, None]
    mean = torch.einsum("nchw,nrhw->nrc", exact, weights) / total.clamp(min=1)
    square = torch.einsum("nchw,nrhw->nrc", exact.square(), weights) / total.clamp(min=1)
    variance = (square - mean.square()).clamp(min=0) * total / (total - 1).clamp(min=1)
    whole = [value[:, None, :, 0, 0] for value in moments(features)]
    seen = total >= 1
    return torch.where(seen, mean, whole[0]), torch.where(seen, (variance + EPS).sqrt(), whole[1])


def transfer_by_region(content: Tensor, style: Tensor, content_regions: Tensor, style_regions: Tensor) -> Tensor:
    """Content's features with, in each region, the moments of the style's same region, in float32.

    Args:
        content: (N, C, H, W) features.
        style: (N, C, h, w) features.
        content_regions: (N, R, H, W), the share of each position that lies in each region; they sum to 1.
        style_regions: (N, R, h, w) of the style; a region that it lacks has the moments of all of it.
    """
    mean, deviation = region_moments(content, content_regions)
    style_mean, style_deviation = region_moments(style, style_regions)
    scale = style_deviation / deviation
    return content.float() * fill_regions(scale, content_regions) + fill_regions(
        style_mean - mean * scale, content_regions
    )
