"""Attribute preservation: whether the outputs keep the target's attributes that nobody asked to change."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.attribute_agreement import AgreementMetric, attribute_agreement
from benchmark.metrics.base import Evidence


class AttributePreservation(AgreementMetric):
    """Share of the kept attributes that the attribute judge sees as they are in the target face."""

    inapplicable: ClassVar[str] = "this protocol keeps no attribute"

    def measure(self, evidence: Evidence) -> dict[str, NDArray[np.float64]]:
        """One column a kept attribute: 1 where the judge sees the target's value, else 0; no column if none is kept."""
        scores, kept = evidence.attribute_scores.cpu().numpy(), evidence.tasks.target.attributes.cpu().numpy()
        return attribute_agreement(scores, kept, evidence.kept_attributes)
