"""Label maps in colours, for people to look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from methods.labels import PALETTE

Image = NDArray[np.uint8]


def color_mask(mask: NDArray[np.uint8]) -> Image:
    """Label map (H, W) to (H, W, 3) RGB in the dataset's palette."""
    return np.asarray(PALETTE, dtype=np.uint8)[mask]
