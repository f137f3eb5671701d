"""Subsamples of the tasks: sizes that double, and the tasks of every draw."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

MIN_SIZE: Final = 4


def subsample_sizes(total: int) -> list[int]:
    """4, 8, 16 … below half of `total` tasks, then the half, beyond which two draws share most of their tasks."""
    half = total // 2
    doubling = [MIN_SIZE << power for power in range(half.bit_length()) if MIN_SIZE << power < half]
    return [*doubling, half]


def subsamples(total: int, size: int, draws: int, seed: int) -> NDArray[np.int64]:
    """(draws, size) positions of tasks; none twice in a draw. A pure function of the arguments."""
    generator = np.random.default_rng([seed, total, size])
    return np.stack([generator.permutation(total)[:size] for _ in range(draws)]).astype(np.int64)
