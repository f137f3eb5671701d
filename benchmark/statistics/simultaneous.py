"""Intervals of several figures that hold together, so that one of them may be chosen by looking."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def simultaneous_half_widths(deviations: Array, level: float = 0.95) -> Array:
    """Half widths (P,) of intervals of P figures, from how far resamples lie from the figures, (draws, P).

    Each is the bootstrapped standard error times the quantile of the largest standardized deviation. A figure that no
    draw changes has 0, draws that are NaN are skipped, and a figure without any other has NaN.
    """
    errors = np.array([np.nanstd(of_one) if np.isfinite(of_one).any() else np.nan for of_one in deviations.T])
    spread = errors > 0
    if not spread.any():
        return errors
    largest = np.fmax.reduce(np.abs(deviations[:, spread]) / errors[spread], axis=1)
    widths: Array = errors * float(np.nanquantile(largest, level))
    return widths
