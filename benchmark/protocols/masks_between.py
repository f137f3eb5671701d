"""Label maps on the way from one to another: the boundaries of their parts move by signed distances."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Distances = NDArray[np.floating]


def masks_between(start: Tensor, end: Tensor, strength: float | Tensor) -> Tensor:
    """Label maps that went part of the way from `start` to `end`, or beyond it.

    Each part has a signed distance in both maps, positive within and negative outside; a pixel takes the part whose
    distance, interpolated linearly, is greatest. So 0 gives `start` and 1 gives `end`, and between them a pixel that
    has one label in both keeps it. A part that only one map has grows from its core, or shrinks to it, and goes before
    others. One that lies elsewhere in the other map, without touching where it was, may be gone in between.

    Args:
        start: (N, H, W) uint8 labels.
        end: (N, H, W) uint8 labels.
        strength: how far, from 0: of all, or (N,) of each.

    Returns:
        (N, H, W) uint8 labels.
    """
    strengths = torch.as_tensor(strength, dtype=torch.float64).expand(len(start)).tolist()
    steps = zip(start.numpy(), end.numpy(), strengths, strict=True)
    return torch.from_numpy(np.stack([_between(first, last, reached) for first, last, reached in steps]))


def _between(start: NDArray[np.uint8], end: NDArray[np.uint8], strength: float) -> NDArray[np.uint8]:
    labels = np.union1d(start, end)
    reached = np.stack([_reached(start == label, end == label, strength) for label in labels])
    chosen: NDArray[np.uint8] = labels[reached.argmax(axis=0)]
    return chosen


def _reached(start: NDArray[np.bool_], end: NDArray[np.bool_], strength: float) -> Distances:
    """The distances of a part between two maps, at least one of which has it."""
    if start.any() and end.any():
        return (1 - strength) * signed_distance(start) + strength * signed_distance(end)
    only = signed_distance(end if end.any() else start)
    left = strength if end.any() else 1 - strength
    reached: Distances = only - (1 - left) * (only.max() + 0.5)
    reached[reached > 0] += 2 * max(only.shape)  # what surrounds it may be deep there, which would hold it back
    return reached


def signed_distance(part: NDArray[np.bool_]) -> Distances:
    """Distance in pixels to the part's boundary, which lies half way between pixels; negative outside."""
    if part.all():
        return np.full(part.shape, max(part.shape), np.float32)
    inside, outside = (cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, 0) for side in (part, ~part))
    signed: Distances = np.where(part, inside - 0.5, 0.5 - outside)
    return signed
