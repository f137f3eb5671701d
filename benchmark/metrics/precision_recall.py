"""Precision and recall, density and coverage: whether each set lies within the other's neighbourhoods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.features.feature_set import BLOCK, FeaturePair, FeatureSet
from benchmark.metrics.base import SetMetric, SetValue

PRECISION_NEIGHBOURS: Final = 3
"""k of precision and recall, as in Kynkäänniemi et al. (NeurIPS 2019)."""
DENSITY_NEIGHBOURS: Final = 5
"""k of density and coverage, as in Naeem et al. (ICML 2020)."""

DISTANCES_AT_ONCE: Final = 2**23
"""Bounds memory to 64 MiB, and some copies of it."""


@dataclass(frozen=True)
class Neighbourhoods:
    """How outputs and real images lie among each other, each in [0, 1] but density, which has no upper end."""

    precision: float
    recall: float
    density: float
    coverage: float


def neighbourhoods(outputs: FeatureSet, real: FeatureSet) -> Neighbourhoods:
    """All four values, from each block of distances once.

    A row's neighbourhood of k is the ball that reaches its k-th nearest other row of the same set. Precision is the
    share of outputs in some real neighbourhood, recall that of real images in some output's; both count the edge of a
    ball as inside, as Kynkäänniemi et al. do. Density is the mean number of real neighbourhoods an output lies in,
    over k; coverage the share of real neighbourhoods with an output in them; neither counts the edge, as in Naeem et
    al.

    Args:
        outputs: N features, N above `DENSITY_NEIGHBOURS`.
        real: M features, M above `DENSITY_NEIGHBOURS`.
    """
    reach = _squared_radii(real)
    wide, narrow = reach[DENSITY_NEIGHBOURS], reach[PRECISION_NEIGHBOURS]
    outputs_reach = _squared_radii(outputs)[PRECISION_NEIGHBOURS]
    recalled = np.zeros(len(real), dtype=np.bool_)
    nearest = np.full(len(real), np.inf)
    precise = dense = 0
    seen = 0
    for block in outputs.blocks(_rows_beside(real)):
        distances = _squared_distances(block, real)
        precise += int((distances <= narrow).any(axis=1).sum())
        dense += int((distances < wide).sum())
        recalled |= (distances <= outputs_reach[seen : seen + len(block), None]).any(axis=0)
        nearest = np.minimum(nearest, distances.min(axis=0))
        seen += len(block)
    return Neighbourhoods(
        precision=precise / len(outputs),
        recall=float(recalled.mean()),
        density=dense / (DENSITY_NEIGHBOURS * len(outputs)),
        coverage=float((nearest < wide).mean()),
    )


def _squared_radii(rows: FeatureSet) -> dict[int, NDArray[np.float64]]:
    """By k, squared distance (N,) of each row to its k-th nearest other row."""
    ranks = (PRECISION_NEIGHBOURS, DENSITY_NEIGHBOURS)
    found: dict[int, list[NDArray[np.float64]]] = {rank: [] for rank in ranks}
    start = 0
    for block in rows.blocks(_rows_beside(rows)):
        distances = _squared_distances(block, rows)
        within = np.arange(len(block))
        distances[within, start + within] = -1.0  # a row comes first among its own neighbours, whatever the rounding
        smallest = np.partition(distances, ranks, axis=1)
        for rank in ranks:
            found[rank].append(smallest[:, rank])
        start += len(block)
    return {rank: np.concatenate(parts) for rank, parts in found.items()}


def _rows_beside(others: FeatureSet) -> int:
    """Rows whose distances to all of `others` fit into memory."""
    return max(1, min(BLOCK, DISTANCES_AT_ONCE // len(others)))


def _squared_distances(block: NDArray[np.float32], others: FeatureSet) -> NDArray[np.float64]:
    """(n, M) squared distances of rows (n, D) to all of `others`, in float64."""
    # about the mean, distances are small differences of small numbers instead of large ones
    centre = others.statistics.mean
    mine = block - centre
    squares = np.square(mine).sum(axis=1)[:, None]
    found = np.empty((len(block), len(others)))
    start = 0
    for other in others.blocks():
        theirs = other - centre
        part = squares + np.square(theirs).sum(axis=1) - 2 * mine @ theirs.T
        found[:, start : start + len(other)] = np.maximum(part, 0.0)
        start += len(other)
    return found


class _NeighbourMetric(SetMetric):
    min_images = DENSITY_NEIGHBOURS + 1


class Precision(_NeighbourMetric):
    """Share of outputs that look like real images."""

    def compute(self, pair: FeaturePair) -> SetValue:
        """In [0, 1]."""
        return SetValue(pair.cached(neighbourhoods).precision)


class Recall(_NeighbourMetric):
    """Share of real images that the outputs could be."""

    def compute(self, pair: FeaturePair) -> SetValue:
        """In [0, 1]."""
        return SetValue(pair.cached(neighbourhoods).recall)


class Density(_NeighbourMetric):
    """How many real images each output is near to."""

    def compute(self, pair: FeaturePair) -> SetValue:
        """About 1 where the sets agree."""
        return SetValue(pair.cached(neighbourhoods).density)


class Coverage(_NeighbourMetric):
    """Share of real images that have an output near them."""

    def compute(self, pair: FeaturePair) -> SetValue:
        """In [0, 1]."""
        return SetValue(pair.cached(neighbourhoods).coverage)
