"""The operation of AdaIN (Huang and Belongie, ICCV 2017): features with the mean and deviation of a style's."""

from __future__ import annotations

import torch
from torch import Tensor, nn

EPS = 1e-5
"""Added to variances."""


def moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each channel of each sample: (N, C, 1, 1) each, in float32; the variance is unbiased."""
    exact = features.float()
    return exact.mean((2, 3), keepdim=True), (exact.var((2, 3), keepdim=True) + EPS).sqrt()


def region_moments(features: Tensor, region: Tensor) -> tuple[Tensor, Tensor]:
    """The same over the positions of a region, weighted where a position is partly of it.

    Args:
        features: (N, C, H, W).
        region: (N, 1, H, W) in [0, 1].

    Returns:
        (N, C, 1, 1) each; a region without positions has the mean 0 and the deviation of `EPS`.
    """
    exact, total = features.float(), region.sum((2, 3), keepdim=True)
    mean = (exact * region).sum((2, 3), keepdim=True) / total.clamp(min=EPS)
    variance = ((exact - mean).square() * region).sum((2, 3), keepdim=True) / (total - 1).clamp(min=1)
    return mean, (variance + EPS).sqrt()


class MomentTransfer(nn.Module):
    """Content's features with the moments of the style's, in float32; it has no weights."""

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        """(N, C, H, W) content and (N, C, h, w) style to (N, C, H, W)."""
        mean, deviation = moments(content)
        style_mean, style_deviation = moments(style)
        return (content.float() - mean) / deviation * style_deviation + style_mean


def transfer_by_region(content: Tensor, style: Tensor, content_regions: Tensor, style_regions: Tensor) -> Tensor:
    """Each region of the content with the moments of the style's same region, in float32.

    Where the style lacks a region, the content takes the moments of the whole style.

    Args:
        content: (N, C, H, W) features.
        style: (N, C, h, w) features.
        content_regions: (N, R, H, W) shares of each region, which sum to 1.
        style_regions: (N, R, h, w) of the style.
    """
    whole = moments(style)
    result = torch.zeros_like(content, dtype=torch.float32)
    for number in range(content_regions.shape[1]):
        region, in_style = content_regions[:, number : number + 1], style_regions[:, number : number + 1]
        mean, deviation = region_moments(content, region)
        there = in_style.sum((2, 3), keepdim=True) >= 1
        style_mean, style_deviation = (
            torch.where(there, own, of_whole)
            for own, of_whole in zip(region_moments(style, in_style), whole, strict=True)
        )
        result = result + region * ((content.float() - mean) / deviation * style_deviation + style_mean)
    return result
