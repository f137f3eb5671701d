"""Segmentation accuracy: how much of the asked mask a parser finds again in the output."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.label_maps import LabelMapMetric
from benchmark.metrics.mean_metric import VALUE, MeanMetric


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
