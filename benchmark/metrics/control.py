"""Control linearity: how the attribute in an edit answers to the strength at which it is requested."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.attributes import probability_as_requested
from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.mean_metric import VALUE, MeanMetric

Values = NDArray[np.float64]
Seen = tuple[tuple[str, ...], float, float]
"""What is kept of a task: which edit it asks for, at which strength, and the log odds of its attribute."""
SURE: Final = 1e-4
"""A judge that is surer than that counts as just so sure: float32 probabilities close to 1 say no more."""
STEP: Final = 0.01
"""Differences of log odds below it are rounding, and no answer."""


def log_odds(probabilities: Values) -> Values:
    """Log odds of probabilities, from about -9.2 to 9.2, in steps of `STEP`."""
    clipped = np.clip(probabilities, SURE, 1 - SURE)
    odds: Values = np.round(np.log(clipped / (1 - clipped)) / STEP) * STEP
    return odds


def rank_correlation(strengths: Values, values: Values) -> float:
    """Spearman's coefficient of two (K,), with the mean rank of ties; 0 of values that are all the same."""
    from scipy.stats import rankdata  # imported here: it takes a while

    one, other = (rankdata(numbers) - (len(numbers) + 1) / 2 for numbers in (strengths, values))
    spread = float(np.sqrt(one @ one * (other @ other)))
    return float(one @ other) / spread if spread else 0.0


def slope(strengths: Values, values: Values) -> float:
    """Slope of the least-squares line of values (K,) over strengths (K,), two of which differ."""
    centred = strengths - strengths.mean()
    risen = values - values[0]  # of values that never change exactly 0, in whichever order a processor sums
    return float(centred @ risen / (centred @ centred))


class _Control(MeanMetric):
    """A figure of the curve of each edit that is requested at several strengths, which each of its tasks has."""

    inapplicable: ClassVar[str] = (
        "no edit is requested at several strengths; the protocol attribute-strengths draws such tasks"
    )
    spans_strengths: ClassVar[bool] = True
    shares_batches: ClassVar[bool] = True

    @abstractmethod
    def of_curve(self, strengths: Values, values: Values) -> float:
        """The figure of log odds (K,) at strengths (K,), two of which differ."""

    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        """The figure of each task's curve among these tasks; NaN where its edit comes at one strength."""
        return self._columns(_seen(batch))

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        """Keep what is seen in a batch: the tasks of one edit may lie in different ones."""
        (sample,) = data_samples
        self.results.extend(zip(map(int, data_batch), _seen(sample["batch"]), strict=True))

    def compute_metrics(self, results: list[Any]) -> dict[str, Any]:
        """Columns of all tasks, in their order."""
        ordered = sorted(results, key=lambda result: result[0])
        return dict(self._columns([seen for _, seen in ordered]))

    def _columns(self, seen: Sequence[Seen]) -> dict[str, NDArray[np.float64]]:
        places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, (edit, _, odds) in enumerate(seen):
            if np.isfinite(odds):
                places[edit].append(place)
        found = np.full(len(seen), np.nan)
        for of_edit in places.values():
            strengths, values = (np.array([seen[place][part] for place in of_edit]) for part in (1, 2))
            if np.ptp(strengths) > 0:
                found[of_edit] = self.of_curve(strengths, values)
        return {VALUE: found}


def _seen(batch: ScoringBatch) -> list[Seen]:
    tasks, number = batch.tasks, len(batch)
    odds = log_odds(probability_as_requested(batch))
    # of several attributes the mean; of none there is nothing to see
    answers = odds.mean(axis=1) if odds.shape[1] else np.full(number, np.nan)
    strengths = np.ones(number) if tasks.strength is None else tasks.strength.cpu().numpy().astype(np.float64)
    edits = zip(tasks.target.ids, tasks.source.ids, tasks.transferred or ("",) * number, strict=True)
    return list(zip(edits, strengths.tolist(), answers.tolist(), strict=True))


class ControlCorrelation(_Control):
    """How well the order of strengths is that of the attribute's log odds."""

    def of_curve(self, strengths: Values, values: Values) -> float:
        """Spearman's rank correlation."""
        return rank_correlation(strengths, values)


class ControlSlope(_Control):
    """How much the attribute's log odds grow per unit of strength."""

    def of_curve(self, strengths: Values, values: Values) -> float:
        """Slope of the least-squares line."""
        return slope(strengths, values)
