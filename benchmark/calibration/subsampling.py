"""Subsamples of the tasks: the sizes of a doubling ladder, and which tasks each draw holds."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SMALLEST: Final = 4


def subsample_sizes(total: int) -> list[int]:
    """4, 8, 16 … below half of `total` tasks, then the half, beyond which two draws share most of their tasks."""
    half = total // 2
    doubling = [SMALLEST << power for power in range(half.bit_length()) if SMALLEST << power < half]
    return [*doubling, half]


def subsamples(total: int, size: int, draws: int, seed: int) -> NDArray[np.int64]:
    """(draws, size) positions of tasks; a draw holds none twice. A function of its arguments."""
    generator = np.random.default_rng([seed, total, size])
    return np.stack([generator.permutation(total)[:size] for _ in range(draws)]).astype(np.int64)
