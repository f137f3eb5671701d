"""Whether the regions asked for are there: pixel accuracy and mean IoU of the label map that the parser judge sees."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import ImageMetric, ScoringBatch
from benchmark.metrics.mean_metric import VALUE, MeanMetric
from benchmark.statistics.ratios import Columns, Ratio, ratio, tally
from methods.labels import LABELS, NUM_LABELS


class LabelMapMetric(ImageMetric):
    """A metric of two label maps, for which no more of a task than its asked mask need be known."""

    def measure(self, evidence: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """The columns of the parsed outputs against the asked masks."""
        return self.compare(evidence.parsed.cpu().numpy(), evidence.tasks.mask.cpu().numpy())

    @abstractmethod
    def compare(self, parsed: NDArray[Any], asked: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
        """Columns (N,) from (N, H, W) integer labels in 0..18 of the outputs and of what was asked.

        Raises:
            ValueError: if the shapes differ, or a label that is counted is outside 0..18.
        """


def pixel_accuracy(parsed: NDArray[Any], asked: NDArray[Any]) -> NDArray[np.float64]:
    """Share of pixels of each image whose parsed label is the asked one.

    The segmentation accuracy of MaskGAN (Lee et al., CVPR 2020, section 4.2).

    Args:
        parsed: (N, H, W) integer labels of the outputs.
        asked: (N, H, W) integer labels of the geometry asked for.

    Returns:
        (N,) in [0, 1].

    Raises:
        ValueError: if the shapes differ.
    """
    if parsed.shape != asked.shape:
        raise ValueError(f"parsed labels of shape {parsed.shape} against an asked mask of shape {asked.shape}")
    accuracy: NDArray[np.float64] = (parsed == asked).mean(axis=(1, 2), dtype=np.float64)
    return accuracy


class SegAccuracy(LabelMapMetric, MeanMetric):
    """Pixel accuracy of the parser judge's labels against the asked mask."""

    def compare(self, parsed: NDArray[Any], asked: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
        """Pixel accuracy a task, in [0, 1]."""
        return {VALUE: pixel_accuracy(parsed, asked)}


def intersections_and_unions(
    parsed: NDArray[Any], asked: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pixels of each image in the intersection and in the union of each label's two regions.

    Args:
        parsed: (N, H, W) integer labels in 0..18.
        asked: (N, H, W) integer labels in 0..18.

    Returns:
        Two (N, 19) arrays of pixel counts.

    Raises:
        ValueError: if the shapes differ or a label is outside 0..18.
    """
    if parsed.shape != asked.shape:
        raise ValueError(f"parsed labels of shape {parsed.shape} against an asked mask of shape {asked.shape}")
    found = _pixels_per_label(parsed, np.ones(parsed.shape, dtype=np.bool_))
    wanted = _pixels_per_label(asked, np.ones(asked.shape, dtype=np.bool_))
    intersection = _pixels_per_label(asked, parsed == asked)
    return intersection, found + wanted - intersection


def _pixels_per_label(labels: NDArray[Any], counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    if labels.size and not 0 <= int(labels.min()) <= int(labels.max()) < NUM_LABELS:
        raise ValueError(f"labels run from {labels.min()} to {labels.max()}, outside 0..{NUM_LABELS - 1}")
    number = len(labels)
    slots = labels.astype(np.intp) + NUM_LABELS * np.arange(number)[:, None, None]
    counts = np.bincount(slots[counted], minlength=NUM_LABELS * number)
    return counts.reshape(number, NUM_LABELS).astype(np.float64)


class SegMIoU(LabelMapMetric):
    """Mean over labels of the pooled intersection over union, parsed output against asked mask, in [0, 1].

    A label that neither mask shows in any task has no part in the mean.
    """

    def compare(self, parsed: NDArray[Any], asked: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
        """Pixel counts a task: `intersection/<label>` and `union/<label>`."""
        intersection, union = intersections_and_unions(parsed, asked)
        columns = {f"intersection/{label}": intersection[:, column] for column, label in enumerate(LABELS)}
        return columns | {f"union/{label}": union[:, column] for column, label in enumerate(LABELS)}

    def ratios(self, names: Iterable[str]) -> list[Ratio]:
        """Pixels of each label's intersection over those of its union."""
        return [Ratio(f"intersection/{label}", f"union/{label}") for label in LABELS]

    def breakdown(self, columns: Columns) -> dict[str, float]:
        """IoU of each label present."""
        if not columns:
            return {}
        intersections, unions = tally(columns, self.ratios(columns)).sum(axis=0)
        return {label: float(iou) for label, iou in zip(LABELS, ratio(intersections, unions), strict=True) if iou >= 0}
