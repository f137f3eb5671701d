"""Figures that compare two images at the precision of their PNG files, whole or over a region."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from benchmark.images.convert import to_bytes


def masked_mean(maps: NDArray[Any], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean of each map (N, H, W) over the pixels where (N, H, W) is True: (N,); NaN where there are none."""
    count = where.sum(axis=(1, 2), dtype=np.float64)
    total = (maps * where).sum(axis=(1, 2), dtype=np.float64)
    mean: NDArray[np.float64] = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return mean


Figure = Callable[[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_] | None], NDArray[np.float64]]
"""(N, 3, H, W) images and references in 0..255, and (N, H, W) pixels to look at (None: all), to (N,) figures."""


def figure_against(
    reference: Tensor | None, image: Tensor, figure: Figure, where: Tensor | None = None
) -> NDArray[np.float64]:
    """Apply `figure` to images (N, 3, H, W) in [-1, 1] at the precision of their files: (N,), NaN with no reference."""
    if reference is None:
        return np.full(len(image), np.nan)
    return figure(to_bytes(image), to_bytes(reference), None if where is None else where.cpu().numpy().astype(np.bool_))
