"""Holm's adjustment of p-values for the number of comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.multitest import multipletests

ALPHA: Final = 0.05
"""Adjusted p-values below it are significant."""


def holm(p_values: Sequence[float]) -> NDArray[np.float64]:
    """Adjusted p-values of one family (Holm, Scandinavian Journal of Statistics 1979), in the same order.

    Args:
        p_values: in [0, 1]; NaN where there was no test, which stays NaN and is not counted.
    """
    adjusted = np.array(p_values, dtype=np.float64)
    tested = ~np.isnan(adjusted)
    if tested.any():
        adjusted[tested] = multipletests(adjusted[tested], method="holm")[1]
    return adjusted
