"""Features of a set of images: their statistics in memory, their rows on disk, so that 100,000 rows cost little."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from benchmark.features.moments import FeatureStatistics
from benchmark.runtime.system_failures import writing

BLOCK: Final = 1024
"""Rows that are in memory at once, if not said."""

Computed = TypeVar("Computed")


class FeatureSet:
    """Features of N images.

    Args:
        statistics: of all rows.
        rows: (N, D) float32, or the file that holds them.
    """

    def __init__(self, statistics: FeatureStatistics, rows: NDArray[np.float32] | Path) -> None:
        self.statistics = statistics
        self._rows = rows

    @classmethod
    def of(cls, rows: NDArray[Any]) -> FeatureSet:
        """A set whose rows (N, D) stay in memory."""
        return cls(FeatureStatistics.of(rows), rows.astype(np.float32))

    def __len__(self) -> int:
        return self.statistics.count

    @property
    def dimensions(self) -> int:
        """D."""
        return len(self.statistics.mean)

    def take(self, rows: slice | NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """Some of the rows, copied."""
        if isinstance(self._rows, Path):
            # mapped for this call alone: what stays mapped counts as the process's memory
            mapped = np.memmap(self._rows, np.float32, "r", shape=(len(self), self.dimensions))
            return np.array(mapped[rows])
        return np.array(self._rows[rows])

    def blocks(self, size: int = BLOCK) -> Iterator[NDArray[np.float32]]:
        """All rows in order, `size` at a time."""
        for start in range(0, len(self), size):
            yield self.take(slice(start, start + size))


class FeaturePair:
    """The features of outputs beside those of real images, and what several metrics compute of them once."""

    def __init__(self, outputs: FeatureSet, real: FeatureSet) -> None:
        self.outputs = outputs
        self.real = real
        self._computed: dict[Any, Any] = {}

    def cached(self, compute: Callable[[FeatureSet, FeatureSet], Computed]) -> Computed:
        """`compute(outputs, real)`, kept for the next metric that asks for it."""
        if compute not in self._computed:
            self._computed[compute] = compute(self.outputs, self.real)
        return cast(Computed, self._computed[compute])


class TakesFeatures(Protocol):
    """What features are given to, a batch at a time."""

    def add(self, features: NDArray[np.float32]) -> None:
        """Take features (n, D)."""
        ...


class FeatureWriter:
    """Takes features a batch at a time: rows go to a file, and into the statistics a block at a time.

    Args:
        path: the file of rows, in float32, one after another.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self.path = path
        self._waiting: list[NDArray[np.float32]] = []
        self._statistics: FeatureStatistics | None = None

    def add(self, features: NDArray[np.float32]) -> None:
        """Append features (n, D)."""
        self._waiting.append(features)
        if sum(map(len, self._waiting)) >= BLOCK:
            self._flush()

    def finish(self) -> FeatureSet:
        """The set of all that was added, at least one row."""
        self._flush()
        if self._statistics is None:
            raise ValueError("a set of features holds one row at least")
        return FeatureSet(self._statistics, self.path)

    def _flush(self) -> None:
        if not any(map(len, self._waiting)):
            return
        block = np.concatenate(self._waiting)
        self._waiting = []
        with writing(self.path), self.path.open("ab") as file:
            file.write(np.ascontiguousarray(block, dtype=np.float32).tobytes())
        found = FeatureStatistics.of(block)
        self._statistics = found if self._statistics is None else self._statistics.merge(found)
