"""Whether the requested regions are there: pixel accuracy and mean IoU of the label map that the parser judge sees."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import ImageMetric, ScoringBatch
from benchmark.metrics.mean_metric import VALUE, MeanMetric
from benchmark.statistics.ratios import Columns, Ratio, ratio, ratio_terms
from methods.labels import LABELS, NUM_LABELS


class LabelMapMetric(ImageMetric):
    """A metric of two label maps, for which no more of a task than its requested mask need be known."""

    inapplicable: ClassVar[str] = "these tasks have no mask"
    shares_batches: ClassVar[bool] = True

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """The columns of the parsed outputs against the requested masks, all NaN where the tasks have no mask."""
        columns = self.compare(batch.parsed.cpu().numpy(), batch.tasks.mask.cpu().numpy())
        if "mask" in batch.tasks.lacks:
            return {name: np.full(len(batch), np.nan) for name in columns}
        return columns

    @abstractmethod
    def compare(self, parsed: NDArray[Any], requested: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
        """Columns (N,) from (N, H, W) integer labels in 0..18 of the outputs and of the requested masks.

        Raises:
            ValueError: if the shapes differ, or a label that is counted is outside 0..18.
        """


def pixel_accuracy(parsed: NDArray[Any], requested: NDArray[Any]) -> NDArray[np.float64]:
    """Share of pixels of each image whose parsed label is the requested one.

    The segmentation accuracy of MaskGAN (Lee et al., CVPR 2020, section 4.2).

    Args:
        parsed: (N, H, W) integer labels of the outputs.
        requested: (N, H, W) integer labels of the requested geometry.

    Returns:
        (N,) in [0, 1].

    Raises:
        ValueError: if the shapes differ.
    """
    if parsed.shape != requested.shape:
        raise ValueError(f"parsed labels of shape {parsed.shape} against a requested mask of shape {requested.shape}")
    accuracy: NDArray[np.float64] = (parsed == requested).mean(axis=(1, 2), dtype=np.float64)
    return accuracy


class SegAccuracy(LabelMapMetric, MeanMetric):
    """Pixel accuracy of the parser judge's labels against the requested mask."""

    def compare(self, parsed: NDArray[Any], requested: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
        """Pixel accuracy per task, in [0, 1]."""
        return {VALUE: pixel_accuracy(parsed, requested)}


def intersections_and_unions(
    parsed: NDArray[Any], requested: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pixels of each image in the intersection and in the union of each label's two regions.

    Args:
        parsed: (N, H, W) integer labels in 0..18.
        requested: (N, H, W) integer labels in 0..18.

    Returns:
        Two (N, 19) arrays of pixel counts.

    Raises:
        ValueError: if the shapes differ or a label is outside 0..18.
    """
    if parsed.shape != requested.shape:
        raise ValueError(f"parsed labels of shape {parsed.shape} against a requested mask of shape {requested.shape}")
    found = _pixels_per_label(parsed, np.ones(parsed.shape, dtype=np.bool_))
    wanted = _pixels_per_label(requested, np.ones(requested.shape, dtype=np.bool_))
    intersection = _pixels_per_label(requested, parsed == requested)
    return intersection, found + wanted - intersection


def _pixels_per_label(labels: NDArray[Any], counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    if labels.size and not 0 <= int(labels.min()) <= int(labels.max()) < NUM_LABELS:
        raise ValueError(f"labels run from {labels.min()} to {labels.max()}, outside 0..{NUM_LABELS - 1}")
    number = len(labels)
    slots = labels.astype(np.intp) + NUM_LABELS * np.arange(number)[:, None, None]
    counts = np.bincount(slots[counted], minlength=NUM_LABELS * number)
    return counts.reshape(number, NUM_LABELS).astype(np.float64)


class SegMIoU(LabelMapMetric):
    """Mean over labels of the pooled intersection over union, parsed output against requested mask, in [0, 1].

    A label that neither mask shows in any task has no part in the mean.
    """

    def compare(self, parsed: NDArray[Any], requested: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
        """Pixel counts per task: `intersection/<label>` and `union/<label>`."""
        intersection, union = intersections_and_unions(parsed, requested)
        columns = {f"intersection/{label}": intersection[:, column] for column, label in enumerate(LABELS)}
        return columns | {f"union/{label}": union[:, column] for column, label in enumerate(LABELS)}

    def ratios(self, names: Iterable[str]) -> list[Ratio]:
        """Pixels of each label's intersection over those of its union."""
        return [Ratio(f"intersection/{label}", f"union/{label}") for label in LABELS]

    def breakdown(self, columns: Columns) -> dict[str, float]:
        """IoU of each label present."""
        if not columns:
            return {}
        intersections, unions = ratio_terms(columns, self.ratios(columns)).sum(axis=0)
        return {label: float(iou) for label, iou in zip(LABELS, ratio(intersections, unions), strict=True) if iou >= 0}
