"""The 8-bit levels of images: what a PNG file holds of a float image."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray


def to_bytes(image: torch.Tensor) -> NDArray[np.uint8]:
    """Quantise a float image of any shape in [-1, 1] to 0..255, nearest level, clipping what lies outside.

    Raises:
        ValueError: if a value is not finite.
    """
    if not bool(torch.isfinite(image).all()):
        raise ValueError("images that hold values that are not finite")
    levels: NDArray[np.uint8] = image.float().clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8).cpu().numpy()
    return levels


def image_array(images: torch.Tensor) -> NDArray[np.uint8]:
    """(N, 3, H, W) in [-1, 1] to (N, H, W, 3) uint8 RGB; values outside are clipped.

    Raises:
        ValueError: if a value is not finite.
    """
    return np.ascontiguousarray(to_bytes(images).transpose(0, 2, 3, 1))


def at_file_precision(images: torch.Tensor) -> torch.Tensor:
    """Images of any shape in [-1, 1] as they are read back from their PNG files: float32 at 8-bit levels, on the CPU.

    Raises:
        ValueError: if a value is not finite.
    """
    return torch.from_numpy(to_bytes(images)).float().div_(127.5).sub_(1.0)


Pixels = NDArray[np.uint8]


def image_tensor(images: NDArray[np.uint8]) -> torch.Tensor:
    """(N, H, W, 3) uint8 RGB to (N, 3, H, W) float32 in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).float().div_(127.5).sub_(1.0)
