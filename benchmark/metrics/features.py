"""What every metric of a set of images asks of its two sets of features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def feature_pair(features: NDArray[Any], real: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both sets in float64.

    Args:
        features: (T, D) features of the outputs.
        real: (R, D) features of real images.

    Raises:
        ValueError: if a set is not a matrix, D differs, or a feature is not finite.
    """
    if features.ndim != 2 or real.ndim != 2 or features.shape[1] != real.shape[1]:
        raise ValueError(f"features of shape {features.shape} cannot be compared with features of shape {real.shape}")
    for name, each in (("outputs", features), ("real images", real)):
        if not np.isfinite(each).all():
            raise ValueError(f"features of the {name} are not finite")
    return features.astype(np.float64), real.astype(np.float64)
