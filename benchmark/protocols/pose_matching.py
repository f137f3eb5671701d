"""Sources for each target: nearest by pose, or dealt round where poses are unknown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmark.protocols.base import Rows


def paired_in_rounds(targets: Rows, sources: Rows, poses: NDArray[np.float32] | None, count: int) -> tuple[Rows, Rows]:
    """Up to `count` different pairs, in rounds: every target is used once before any is used again.

    Args:
        targets: (T,) rows, in the order of use.
        sources: (S,) rows; their order breaks ties.
        poses: (rows of the dataset, 3) yaw, pitch, roll in degrees, NaN where unknown; None where all are. With poses
            the k-th round gives a target its k-th nearest source by Euclidean distance; without, sources are dealt
            round in their order.
        count: pairs wanted; fewer come back where there are not as many.

    Returns:
        Rows of the pairs' targets and sources, (P,) each.
    """
    count = min(count, len(targets) * len(sources))
    rounds, places = np.divmod(np.arange(count), len(targets))
    if poses is None:
        return targets[places], sources[(places + rounds) % len(sources)]
    ranked = np.stack([_by_distance(poses[target], poses[sources])[: rounds[-1] + 1] for target in targets])
    return targets[places], sources[ranked[places, rounds]]


def _by_distance(pose: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.int64]:
    """Positions of `others` (S, 3) by distance from `pose` (3,), unknown ones last; stable."""
    return np.argsort(np.linalg.norm(others.astype(np.float64) - pose, axis=1), kind="stable")
