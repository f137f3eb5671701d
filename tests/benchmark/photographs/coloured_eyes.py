"""A parser for which one eye is what is red, and the other what is blue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def by_colour(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 2, S, S) how red and how blue each pixel of N images is, in [0, 1]."""
    red, blue = (images[..., channel].astype(np.float32) for channel in (0, 2))
    return np.stack([np.clip((red - blue) / 255, 0, 1), np.clip((blue - red) / 255, 0, 1)], axis=1)
