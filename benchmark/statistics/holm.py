"""Holm's adjustment of p-values for the number of comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

ALPHA: Final = 0.05
"""Adjusted p-values below it are significant."""


def holm(p_values: Sequence[float]) -> NDArray[np.float64]:
    """Adjusted p-values of one family (Holm, Scandinavian Journal of Statistics 1979), in the same order.

    Args:
        p_values: in [0, 1]; NaN where there was no test, which stays NaN and is not counted.
    """
    adjusted = np.array(p_values, dtype=np.float64)
    tested = ~np.isnan(adjusted)
    values = adjusted[tested]
    ascending = np.argsort(values)
    # statsmodels' multipletests gives the same numbers, but collects Python's garbage at every call, half a second each
    values[ascending] = np.maximum.accumulate(values[ascending] * np.arange(len(values), 0, -1)).clip(max=1.0)
    adjusted[tested] = values
    return adjusted
