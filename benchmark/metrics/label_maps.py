"""Metrics that set the labels which the parser judge reads against the labels that were asked for."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import Evidence, ImageMetric


class LabelMapMetric(ImageMetric):
    """A metric of two label maps, for which no more of a task than its asked mask need be known."""

    def measure(self, evidence: Evidence) -> dict[str, NDArray[np.float64]]:
        """The columns of the parsed outputs against the asked masks."""
        return self.compare(evidence.parsed.cpu().numpy(), evidence.tasks.mask.cpu().numpy())

    @abstractmethod
    def compare(self, parsed: NDArray[Any], asked: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
        """Columns (N,) from (N, H, W) integer labels in 0..18 of the outputs and of what was asked.

        Raises:
            ValueError: if the shapes differ, or a label that is counted is outside 0..18.
        """
