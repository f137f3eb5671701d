"""Masks of an attribute that a region of the face carries: the target's, with that region of another face."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import Tensor

from benchmark.protocols.attribute_pairs import MOUTH_IN_PLACE
from benchmark.protocols.mouth_region import mouth_region, widened, with_mouth_of
from benchmark.protocols.placed_parts import PARTS, with_part_of
from methods.labels import MOUTH_LABELS

CARRIED: Final = (MOUTH_IN_PLACE, *PARTS)
"""The attributes that regions of a face carry."""


def attribute_mask(attribute: str, target: Tensor, source: Tensor) -> tuple[Tensor, Tensor]:
    """N masks that ask for the attribute as the sources have it, and where the change is allowed.

    Args:
        attribute: one of `CARRIED`: Smiling takes the source's mouth where it is, another its part where the eyes and
            mouths of both faces put it.
        target: (N, H, W) uint8 labels.
        source: (N, H, W) uint8 labels.

    Returns:
        Labels (N, H, W) uint8, and the region (N, H, W) bool.

    Raises:
        ValueError: if a part is to be placed, and a mask lacks eyes or mouth.
    """
    if attribute == MOUTH_IN_PLACE:
        mask = with_mouth_of(target, source)
        return mask, mouth_region(target, mask)
    pairs = zip(target.numpy(), source.numpy(), strict=True)
    mask = torch.from_numpy(np.stack([with_part_of(PARTS[attribute], *pair) for pair in pairs]))
    of_mouth = PARTS[attribute].labels == MOUTH_LABELS
    return mask, mouth_region(target, mask) if of_mouth else widened(target != mask)
