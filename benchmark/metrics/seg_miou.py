"""Mean intersection over union of the parsed output with the asked mask, pooled over tasks before the division."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import Columns, Evidence, ImageMetric
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


def class_ious(columns: Columns, weights: NDArray[np.float64]) -> dict[str, float]:
    """Weighted intersection over weighted union of each label, in [0, 1]; labels in no region are left out.

    Args:
        columns: `intersection/<label>` and `union/<label>`, each (T,) pixel counts.
        weights: (T,), not negative.
    """
    ious = {}
    for label in LABELS if columns else ():
        union = float(weights @ columns[f"union/{label}"])
        if union > 0:
            ious[label] = float(weights @ columns[f"intersection/{label}"]) / union
    return ious


class SegMIoU(ImageMetric):
    """Mean over labels of the pooled intersection over union, parsed output against asked mask."""

    def measure(self, evidence: Evidence) -> dict[str, NDArray[np.float64]]:
        """Pixel counts a task: `intersection/<label>` and `union/<label>`."""
        intersection, union = intersections_and_unions(evidence.parsed.cpu().numpy(), evidence.tasks.mask.cpu().numpy())
        columns = {f"intersection/{label}": intersection[:, column] for column, label in enumerate(LABELS)}
        return columns | {f"union/{label}": union[:, column] for column, label in enumerate(LABELS)}

    def summarise(self, columns: Columns, weights: NDArray[np.float64]) -> float:
        """Mean IoU in [0, 1] over the labels that either mask shows in the weighted tasks."""
        ious = class_ious(columns, weights)
        return sum(ious.values()) / len(ious) if ious else float("nan")

    def breakdown(self, columns: Columns) -> dict[str, float]:
        """IoU of each label present."""
        return class_ious(columns, np.ones(len(next(iter(columns.values()), ()))))
