"""The contract of a metric: what it sees of each task, the columns it keeps, and how columns become one number."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from mmengine.evaluator import BaseMetric
from numpy.typing import NDArray
from torch import Tensor

from benchmark.features.feature_set import FeaturePair
from benchmark.statistics.ratios import Columns, Ratio, mean_of_ratios, ratio, tally
from benchmark.weights.resources import MetricUnavailable, Resources
from methods.base import EditBatch


@dataclass(frozen=True)
class ScoringBatch:
    """What the judges found in the outputs of N tasks.

    Attributes:
        tasks: what was asked.
        output: (N, 3, H, W) in [-1, 1], the method's edits as read back from their PNG files.
        parsed: (N, H, W) uint8, the parser judge's labels of the outputs.
        attribute_scores: (N, 40) in [0, 1], the attribute judge's probabilities for the outputs.
        features: (N, D) float32, the parser judge's features of the outputs.
        asked_attributes: columns of the attributes that the protocol asks for.
        kept_attributes: columns of the attributes that must not change and that mean something in this dataset.
    """

    tasks: EditBatch
    output: Tensor
    parsed: Tensor
    attribute_scores: Tensor
    features: Tensor
    asked_attributes: tuple[int, ...]
    kept_attributes: tuple[int, ...]


class ImageMetric(BaseMetric):
    """A metric with one figure (or several columns) a task, and a figure over tasks that is a mean of ratios of sums.

    A plain mean is the ratio of a sum to a count; a mean IoU is the mean over labels of such ratios. Whatever resamples
    or swaps tasks needs their sums alone, so that thousands of resamples are one product of matrices; and whatever
    reads the columns later needs the names of the ratios alone, which stand beside them.

    Attributes:
        inapplicable: why the cell is empty where no task has a figure.
    """

    inapplicable: ClassVar[str] = "it applies to none of these tasks"
    default_prefix = ""  # mmengine warns of a metric without one

    def __init__(self) -> None:
        super().__init__(collect_device="cpu")

    def prepare(self, resources: Resources) -> None:
        """Load what the metric needs; called once, before any task is scored.

        Raises:
            MetricUnavailable: if something it needs is not here.
        """

    @abstractmethod
    def measure(self, evidence: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """Columns for the N tasks of `evidence`, each (N,); NaN where the metric does not apply to a task.

        Raises:
            MetricUnavailable: if the metric does not take images such as these.
        """

    @abstractmethod
    def ratios(self, names: Iterable[str]) -> list[Ratio]:
        """The ratios of column sums whose mean is the figure.

        Args:
            names: the columns that `measure` gave; at least one.
        """

    def summarise(self, columns: Columns, weights: NDArray[np.float64]) -> float:
        """One number from T tasks under non-negative `weights` (T,); NaN where nothing applies."""
        if not columns:
            return float("nan")
        return float(mean_of_ratios(np.tensordot(weights, tally(columns, self.ratios(columns)), axes=1)))

    def breakdown(self, columns: Columns) -> dict[str, float]:
        """Figures by class or attribute, for the pages; empty where there is nothing to break down."""
        return {}

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Keep the columns of a batch: `data_batch` is its task numbers, `data_samples` holds one `ScoringBatch`."""
        (sample,) = data_samples
        columns = self.measure(sample["evidence"])
        for position, task in enumerate(data_batch):
            self.results.append((int(task), {name: float(values[position]) for name, values in columns.items()}))

    def compute_metrics(self, results: list[Any]) -> dict[str, Any]:
        """Columns of all processes, in task order."""
        ordered = sorted(results, key=lambda each: each[0])
        names = list(ordered[0][1]) if ordered else []
        return {name: np.array([row[name] for _, row in ordered], dtype=np.float64) for name in names}


@dataclass(frozen=True)
class SetFigure:
    """What a metric of a whole set comes to.

    Attributes:
        value: the figure.
        breakdown: further figures by name, such as its spread.
        caution: what it must be read with; None where there is nothing.
    """

    value: float
    breakdown: Mapping[str, float] = field(default_factory=dict)
    caution: str | None = None


class SetMetric:
    """A metric of a whole set of images against real images, on the features of the encoder that its card names.

    Attributes:
        min_images: images that either set must hold for the figure to be defined.
    """

    min_images: ClassVar[int] = 2

    def prepare(self, resources: Resources) -> None:
        """Load what the metric needs beside its encoder; called once, before any image is scored.

        Raises:
            MetricUnavailable: if something it needs is not here.
        """

    @abstractmethod
    def compute(self, pair: FeaturePair) -> SetFigure:
        """The figure of two sets that `figure` found fit for it."""

    def figure(self, pair: FeaturePair) -> SetFigure:
        """The figure of the outputs against the real images.

        Raises:
            MetricUnavailable: if a set is too small, or a feature is not finite.
            ValueError: if the two sets have features of different encoders.
        """
        if pair.outputs.dimensions != pair.real.dimensions:
            raise ValueError(
                f"features of {pair.outputs.dimensions} and of {pair.real.dimensions} dimensions cannot be compared"
            )
        for name, each in (("outputs", pair.outputs), ("real images", pair.real)):
            if len(each) < self.min_images:
                raise MetricUnavailable(f"it needs {self.min_images} {name} at least, not {len(each)}")
            if not each.statistics.finite:
                raise MetricUnavailable(f"features of the {name} are not finite")
        return self.compute(pair)


def weighted_mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Mean of the finite values under weights; NaN if none carries weight."""
    finite = np.isfinite(values)
    return float(ratio(weights[finite] @ values[finite], weights[finite].sum()))
