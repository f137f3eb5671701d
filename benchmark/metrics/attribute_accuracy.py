"""Attribute accuracy: whether the outputs show the attributes that were asked for."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.attribute_agreement import AgreementMetric, attribute_agreement
from benchmark.metrics.base import Evidence


class AttributeAccuracy(AgreementMetric):
    """Share of the asked attributes that the attribute judge sees as asked."""

    inapplicable: ClassVar[str] = "this protocol asks for no attribute"

    def measure(self, evidence: Evidence) -> dict[str, NDArray[np.float64]]:
        """One column an asked attribute: 1 where the judge sees it as asked, else 0."""
        scores, asked = evidence.attribute_scores.cpu().numpy(), evidence.tasks.attributes.cpu().numpy()
        return attribute_agreement(scores, asked, evidence.asked_attributes)
