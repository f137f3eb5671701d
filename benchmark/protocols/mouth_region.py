"""Masks of a transferred smile: the source's mouth in the target's mask, and the region where a change is allowed."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from methods.labels import LABELS, MOUTH_LABELS

REGION_MARGIN: Final = 5 / 64
"""How far the region of change reaches beyond the mouths, as a fraction of the image's side (5 pixels at 64).

The least margin at which rendered faces, whose cheeks crease with a smile, are untouched outside.
"""

_SKIN: Final = LABELS.index("skin")


def shows_mouth(mask: Tensor) -> Tensor:
    """(N, H, W) uint8 labels to (N, H, W) bool: mouth, upper or lower lip."""
    return torch.isin(mask, torch.tensor(MOUTH_LABELS, dtype=mask.dtype, device=mask.device))


def with_mouth_of(target: Tensor, source: Tensor) -> Tensor:
    """The target's masks with the source's mouth, u_lip and l_lip in place of their own (Lee et al., CVPR 2020).

    What the target's own mouth leaves uncovered becomes skin.

    Args:
        target: (N, H, W) uint8 labels.
        source: (N, H, W) uint8 labels.

    Returns:
        (N, H, W) uint8 labels.
    """
    cleared = target.masked_fill(shows_mouth(target), _SKIN)
    return torch.where(shows_mouth(source), source, cleared)


def mouth_region(target: Tensor, edited: Tensor) -> Tensor:
    """(N, H, W) bool: the mouths of both masks with a margin of `REGION_MARGIN`, and wherever the masks differ."""
    return widened(shows_mouth(target) | shows_mouth(edited)) | (target != edited)


def widened(region: Tensor) -> Tensor:
    """(N, H, W) bool regions, grown by `REGION_MARGIN` of the side (at least a pixel) in every direction."""
    margin = max(1, round(REGION_MARGIN * region.shape[-1]))
    grown = functional.max_pool2d(region.float().unsqueeze(1), 2 * margin + 1, stride=1, padding=margin)
    return grown.squeeze(1) > 0
