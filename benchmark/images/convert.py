"""Images as the 8-bit levels that PNG files hold, as float tensors, and the ways between the two."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""8-bit RGB levels in 0..255: (H, W, 3) of one image, (N, H, W, 3) of several."""


def to_bytes(image: torch.Tensor) -> Pixels:
    """Quantise a float image of any shape in [-1, 1] to 0..255, nearest level, clipping what lies outside.

    Raises:
        ValueError: if a value is not finite.
    """
    if image.numel() and not bool(torch.stack(torch.aminmax(image)).isfinite().all()):  # NaN is both of them
        raise ValueError("images that hold values that are not finite")
    # In place: new memory for every step takes longer than the arithmetic.
    levels = image.float().clamp(-1, 1).add_(1).mul_(127.5).round_()
    quantised: Pixels = levels.to(torch.uint8).cpu().numpy()
    return quantised


def image_array(images: torch.Tensor) -> Pixels:
    """(N, 3, H, W) in [-1, 1] to (N, H, W, 3) uint8 RGB; values outside are clipped.

    Raises:
        ValueError: if a value is not finite.
    """
    return np.ascontiguousarray(to_bytes(images).transpose(0, 2, 3, 1))


def image_tensor(images: Pixels) -> torch.Tensor:
    """(N, H, W, 3) uint8 RGB to (N, 3, H, W) float32 in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).float().div_(127.5).sub_(1.0)
