"""Two metrics, each a function: one of a task, one of two sets of features."""

import numpy as np
from numpy.typing import NDArray


def untouched(output: NDArray[np.uint8], target: NDArray[np.uint8], region: NDArray[np.bool_]) -> float:
    """Share of unchanged pixels outside the region; NaN, no value, where the region is the whole image."""
    unchanged = (output == target).all(axis=2)[~region]
    return float(unchanged.mean()) if unchanged.size else float("nan")


def mean_gap(outputs: NDArray[np.float32], real: NDArray[np.float32]) -> float:
    """Euclidean distance of the two means of features (N, D)."""
    return float(np.linalg.norm(outputs.mean(axis=0) - real.mean(axis=0)))
