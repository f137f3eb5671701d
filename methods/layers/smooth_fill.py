"""A hole filled smoothly from what is known: pull-push (Gortler et al., "The Lumigraph", SIGGRAPH 1996)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def smoothly_filled(image: Tensor, hole: Tensor) -> Tensor:
    """Images (N, C, H, W) in float32: the known pixels as they are, and weighted means of those around in the hole.

    Halved images pull colours together, each level's colours filling what the next finer one does not know.

    Args:
        image: (N, C, H, W); what it has in the hole is not seen. 0 is filled in where nothing is known.
        hole: (N, 1, H, W), 1 in the hole, else 0.
    """
    known = 1 - hole.float()
    levels = [(image.float() * known, known)]
    while max(levels[-1][0].shape[2:]) > 1:
        levels.append(_pulled(*levels[-1]))
    filled, _ = levels.pop()
    for colour, known in reversed(levels):
        above = functional.interpolate(filled, colour.shape[2:], mode="bilinear", align_corners=False)
        filled = colour + (1 - known) * above
    return filled


def _pulled(colour: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """Half the size: colours times how well they are known, in [0, 1]; one known pixel of four is enough."""
    colour, known = (functional.avg_pool2d(planes, 2, ceil_mode=True) for planes in (colour, known))
    enough = (4 * known).clamp(max=1)
    return colour / known.clamp(min=torch.finfo(known.dtype).tiny) * enough, enough
