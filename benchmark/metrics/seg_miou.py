"""Mean intersection over union of the parsed output with the asked mask, pooled over tasks before the division."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.label_maps import LabelMapMetric
from benchmark.statistics.ratios import Columns, Ratio, ratio, tally
from methods.labels import LABELS, NUM_LABELS


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
