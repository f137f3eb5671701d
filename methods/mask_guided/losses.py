"""Distances between faces and between their parts, as Mask-Guided Portrait Editing (CVPR 2019) sums them."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from methods.layers.perceptual import PerceptualLoss


def image_distance(fake: Tensor, real: Tensor) -> Tensor:
    """Mean squared distance of each face, summed over the batch as published, in float32."""
    return (fake.float() - real.float()).square().mean(dim=(1, 2, 3)).sum()


def part_distance(fake: Mapping[str, Tensor], real: Mapping[str, Tensor], present: Tensor) -> Tensor:
    """Mean squared distance of each part of the faces that have it, summed over parts, in float32.

    Args:
        fake: (N, 3, h, w) of each part, by its name.
        real: likewise.
        present: (N, P) bool, which parts the faces have, in the same order.
    """
    apart = torch.stack(
        [(each.float() - real[name].float()).square().mean(dim=(1, 2, 3)) for name, each in fake.items()], dim=1
    )
    return over_present(apart, present)


def over_present(values: Tensor, present: Tensor) -> Tensor:
    """The mean of (N, P) values of parts over the faces that have them, summed over parts."""
    kept = present.to(values.dtype)
    return ((values * kept).sum(dim=0) / kept.sum(dim=0).clamp(min=1)).sum()


def perceptual_distance(perceptual: PerceptualLoss, fake: Tensor, real: Tensor, regions: Tensor) -> Tensor:
    """Distance of features of one part at a time, everything else being grey, summed over parts.

    Args:
        perceptual: VGG-19's features.
        fake: (N, 3, H, W) images.
        real: (N, 3, H, W) faces in [-1, 1].
        regions: (N, P, H, W) in {0, 1}, the parts of the faces.
    """
    masks = regions.to(real.dtype).unbind(dim=1)
    return torch.stack([perceptual(fake * mask[:, None], real * mask[:, None]) for mask in masks]).sum()
