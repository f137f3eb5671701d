"""How well raters of the same trial agree."""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmark.human_study.analysis.findings import Agreement, Counts, Estimate
from benchmark.human_study.analysis.votes import Votes
from benchmark.human_study.schema import Mode
from benchmark.statistics.krippendorff import Scale, krippendorff_alpha

NO_UNITS: Final = "no trial was judged by two raters"
ONE_CATEGORY: Final = "all answers are alike, so that no disagreement is expected"
ONE_ITEM: Final = "no interval: it needs two source faces"


def agreement_of(votes: Votes, mode: Mode) -> Agreement:
    """Krippendorff's alpha, ordinal for scores and nominal for all else, with an interval by source face."""
    scale: Scale = "ordinal" if mode == "mos" else "nominal"
    agreement = krippendorff_alpha(votes.units, votes.unit_items, scale)
    judged = votes.units.sum(axis=1) >= 2
    counts: Counts = {
        "votes": int(votes.units[judged].sum()),
        "raters": len(np.unique(votes.crossed.raters[judged[votes.unit]])),
        "items": len(np.unique(votes.unit_items[judged])),
    }
    if np.isnan(agreement.value):
        alpha = Estimate(value=None, reason=ONE_CATEGORY if agreement.num_units else NO_UNITS, **counts)
    elif np.isnan(agreement.low):
        alpha = Estimate(value=agreement.value, reason=ONE_ITEM, **counts)
    else:
        alpha = Estimate(value=agreement.value, low=agreement.low, high=agreement.high, **counts)
    return Agreement(alpha=alpha, scale=scale, trials=agreement.num_units)
