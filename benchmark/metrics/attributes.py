"""Whether attributes are as requested: those to change changed, the others kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.base import ImageMetric, ScoringBatch
from benchmark.metrics.mean_metric import plain_means
from benchmark.statistics.ratios import Columns, Ratio
from methods.labels import ATTRIBUTES


def attribute_agreement(
    scores: NDArray[Any], wanted: NDArray[Any], attributes: Sequence[int], names: Sequence[str] = ATTRIBUTES
) -> dict[str, NDArray[np.float64]]:
    """Whether each output shows an attribute (score above 0.5) just as it should.

    Args:
        scores: (N, A) in [0, 1], probabilities of the attributes in the outputs.
        wanted: (N, A) in {0, 1}.
        attributes: columns to look at.
        names: A names, of the columns.

    Returns:
        By attribute name, (N,) of 1 where reading and wish agree, else 0; NaN where the score is NaN.

    Raises:
        ValueError: if the shapes differ.
    """
    if scores.shape != wanted.shape:
        raise ValueError(f"attribute scores of shape {scores.shape} against wishes of shape {wanted.shape}")
    agrees = np.where(np.isnan(scores), np.nan, (scores > 0.5) == (wanted > 0.5))
    return {names[column]: agrees[:, column] for column in attributes}


def probability_as_requested(batch: ScoringBatch) -> NDArray[np.float64]:
    """(N, R) probabilities that the judge gives the R requested attributes of being as requested, present or absent."""
    columns = list(batch.requested_attributes)
    scores = batch.attribute_scores.cpu().numpy()[:, columns].astype(np.float64)
    present = batch.tasks.attributes.cpu().numpy()[:, columns] > 0.5
    return np.where(present, scores, 1 - scores)


class AgreementMetric(ImageMetric):
    """A metric with a column of agreement for each attribute: the mean over attributes of that over tasks."""

    shares_batches: ClassVar[bool] = True

    def ratios(self, names: Iterable[str]) -> list[Ratio]:
        """The mean agreement, for each attribute."""
        return [Ratio(name) for name in names]

    def breakdown(self, columns: Columns) -> dict[str, float]:
        """Mean agreement over tasks, by attribute."""
        return plain_means(columns)


class AttributeAccuracy(AgreementMetric):
    """Share of the requested attributes that the attribute judge sees as requested."""

    inapplicable: ClassVar[str] = "this protocol asks for no attribute"

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """One column per requested attribute: 1 where the judge sees it as requested, else 0."""
        scores, requested = batch.attribute_scores.cpu().numpy(), batch.tasks.attributes.cpu().numpy()
        return attribute_agreement(scores, requested, batch.requested_attributes, batch.tasks.target.attribute_names)


class AttributeProbability(AgreementMetric):
    """How probable the attribute judge finds it that the requested attributes are as requested."""

    inapplicable: ClassVar[str] = "this protocol asks for no attribute"

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """One column per requested attribute: its probability in [0, 1] of being as requested."""
        found, names = probability_as_requested(batch), batch.tasks.target.attribute_names
        return {names[column]: found[:, place] for place, column in enumerate(batch.requested_attributes)}


KEEPS_NONE: Final = "this protocol keeps no attribute"


class AttributePreservation(AgreementMetric):
    """Share of the kept attributes that the attribute judge sees as they are in the target face."""

    inapplicable: ClassVar[str] = KEEPS_NONE

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """One column per kept attribute: 1 where the judge sees the target's value, else 0."""
        scores, kept = batch.attribute_scores.cpu().numpy(), batch.tasks.target.attributes.cpu().numpy()
        return attribute_agreement(scores, kept, batch.kept_attributes, batch.tasks.target.attribute_names)


class AttributeConsistency(AgreementMetric):
    """Share of the kept attributes that the attribute judge sees in the output as it sees them in the target."""

    inapplicable: ClassVar[str] = KEEPS_NONE

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """One column per kept attribute: 1 where the judge sees in both what it sees in one, else 0."""
        scores, before = (judged.attributes.cpu().numpy() for judged in (batch.judged, batch.judged_targets))
        return attribute_agreement(scores, before, batch.kept_attributes, batch.tasks.target.attribute_names)
