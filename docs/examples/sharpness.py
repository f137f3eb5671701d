"""A metric of each image: how much of the true edit's sharpness the output has."""

import numpy as np
from numpy.typing import NDArray

from registry import METRICS

CARD = {
    "name": "sharpness",
    "title": "Sharpness ratio",
    "summary": "Mean absolute difference of neighbouring pixels, of the output over that of the true edit.",
    "direction": "up",
    "decimals": 3,
    "level": "image",
    "min_n": 50,
    "citation": "defined here",
}


@METRICS.register(card=CARD)
def sharpness(output: NDArray[np.uint8], oracle: NDArray[np.uint8]) -> float:
    """1 where the output is as sharp as the true edit."""
    return _differences(output) / _differences(oracle)


def _differences(image: NDArray[np.uint8]) -> float:
    """Of the image (H, W, 3)."""
    return float(np.abs(np.diff(image.astype(float), axis=1)).mean())
