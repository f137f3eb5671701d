"""Diversity: how far apart the outputs of one requested mask lie under different styles."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmark.images.convert import image_tensor
from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.lpips_network import Perceptual, check_size, perceptual
from benchmark.metrics.mean_metric import VALUE, MeanMetric
from benchmark.weights.resources import Resources

Seen = tuple[bytes, str, NDArray[Any]]
"""What is kept of a task: a digest of the requested mask, the id of the face that gave the style, and the output."""


def pairs_of(seen: Sequence[Seen]) -> NDArray[np.int64]:
    """Positions (P, 2) of every two tasks that ask for the same mask under different styles."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for position, (mask, _, _) in enumerate(seen):
        groups[mask].append(position)
    found = [
        pair for members in groups.values() for pair in combinations(members, 2) if seen[pair[0]][1] != seen[pair[1]][1]
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def mean_to_partners(number: int, pairs: NDArray[np.int64], distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean distance of each of `number` tasks to those it is paired with: (number,); NaN for one without a partner.

    Its mean over tasks is the mean over pairs where every mask has as many styles.

    Args:
        number: of tasks.
        pairs: (P, 2) positions of tasks.
        distances: (P,).
    """
    count, total = np.zeros(number), np.zeros(number)
    for side in (0, 1):
        np.add.at(count, pairs[:, side], 1)
        np.add.at(total, pairs[:, side], distances)
    mean: NDArray[np.float64] = np.divide(total, count, out=np.full(number, np.nan), where=count > 0)
    return mean


class _Diversity(MeanMetric):
    """Keeps every output until all are seen: tasks of one mask may lie in different batches."""

    inapplicable: ClassVar[str] = (
        "no mask is asked for under two styles; --set protocols.style-copy.styles=2 (or more) draws such tasks"
    )
    shares_batches: ClassVar[bool] = True

    @abstractmethod
    def represent(self, batch: ScoringBatch) -> NDArray[Any]:
        """What is kept of N outputs: (N, ...)."""

    @abstractmethod
    def distances(self, one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
        """Distance of each pair: (P,) from two (P, ...)."""

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """Mean distance of each output to those of the same mask among these tasks; NaN where there is none."""
        return self._columns(self._seen(batch))

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Keep the outputs of a batch."""
        (sample,) = data_samples
        self.results.extend(zip(map(int, data_batch), self._seen(sample["batch"]), strict=True))

    def compute_metrics(self, results: list[Any]) -> dict[str, Any]:
        """Columns of all tasks, in their order."""
        ordered = sorted(results, key=lambda result: result[0])
        return dict(self._columns([seen for _, seen in ordered]))

    def _seen(self, batch: ScoringBatch) -> list[Seen]:
        masks = (hashlib.blake2b(mask.tobytes()).digest() for mask in batch.tasks.mask.cpu().numpy())
        return list(zip(masks, batch.tasks.target.ids, self.represent(batch), strict=True))

    def _columns(self, seen: Sequence[Seen]) -> dict[str, NDArray[np.float64]]:
        pairs = pairs_of(seen)
        found = [self._between(seen, some) for some in np.array_split(pairs, max(1, len(pairs) // 32))]
        return {VALUE: mean_to_partners(len(seen), pairs, np.concatenate(found))}

    def _between(self, seen: Sequence[Seen], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        if not len(pairs):
            return np.empty(0)
        one, other = (np.stack([seen[position][2] for position in side]) for side in pairs.T)
        return self.distances(one, other)


class Diversity(_Diversity):
    """LPIPS between outputs of one mask, as BicycleGAN and its successors report it."""

    def prepare(self, resources: Resources) -> None:
        """Load the network.

        Raises:
            MetricUnavailable: if AlexNet's weights are not here.
        """
        self._network: Perceptual = perceptual(resources)

    def represent(self, batch: ScoringBatch) -> NDArray[Any]:
        """The images at the precision of their files, (N, H, W, 3) uint8.

        Raises:
            MetricUnavailable: if they are too small for the network.
        """
        check_size(batch.output_pixels.shape[1:3])
        return batch.output_pixels

    def distances(self, one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
        """LPIPS of each pair of images."""
        return self._network.distances(image_tensor(one), image_tensor(other))


class DiversityJudge(_Diversity):
    """Euclidean distance between the parser judge's features of outputs of one mask. Not LPIPS: another scale."""

    def represent(self, batch: ScoringBatch) -> NDArray[Any]:
        """The parser judge's features."""
        return batch.features.cpu().numpy()

    def distances(self, one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
        """Length of the difference of each pair."""
        lengths: NDArray[np.float64] = np.linalg.norm(one.astype(np.float64) - other.astype(np.float64), axis=1)
        return lengths
