"""A metric's curves along the ladders, and what each says of the metric."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from benchmark.calibration.schema import Curve, MetricCalibration
from benchmark.calibration.scored_level import ScoredLevel
from benchmark.calibration.severity_levels import Ladders
from benchmark.calibration.subsample_metrics import SubsampleFigures
from benchmark.calibration.subsampling import subsample_sizes
from benchmark.calibration.verdict import least_sizes, margins, rank_correlations, shape
from benchmark.evaluation.context import EvaluationContext
from benchmark.runtime.interruption import deferred_interruption
from registry.catalogue import METRIC_CARDS


def calibrated_metrics(
    metrics: Sequence[str], ladders: Ladders, context: EvaluationContext, seed: int
) -> dict[str, MetricCalibration]:
    """Every metric's curves, or why it has none.

    Raises:
        Interrupted: if a stop was asked for.
    """
    rungs = {id(rung): rung for rung in chain.from_iterable(ladders.values())}
    reasons = {name: _why_not(name, rungs.values()) for name in metrics}
    available = [name for name, reason in reasons.items() if reason is None]
    total = len(next(iter(rungs.values())).squared_errors)
    figures = SubsampleFigures(available, context, subsample_sizes(total), seed)
    found: dict[str, MetricCalibration] = {}
    steps = len(available) * len(rungs)
    with context.reporter.bar("figures of subsamples", steps) as advance, deferred_interruption() as stop:
        for name, reason in reasons.items():
            sampled = {}
            for number, (key, rung) in enumerate(rungs.items() if reason is None else ()):
                sampled[key] = figures.of(name, rung)
                advance(available.index(name) * len(rungs) + number + 1, name)
                stop.check("drawing subsamples")
            if reason is None and not all(_has_figures(samples) for samples in sampled.values()):
                reason = "half of the tasks are too few for it"
            curves = {} if reason else {each: _curve(name, ladder, sampled) for each, ladder in ladders.items()}
            found[name] = MetricCalibration(curves=curves, reason=reason)
    return found


def _why_not(metric: str, rungs: Iterable[ScoredLevel]) -> str | None:
    """The reason of the first rung on which a metric has no figure."""
    return next((cell.reason for rung in rungs if (cell := rung.cells[metric]).value is None), None)


def _has_figures(samples: Mapping[int, NDArray[np.float64]]) -> bool:
    """Whether subsamples of half of the tasks have figures."""
    return bool(np.isfinite(samples[max(samples)]).any())


def _curve(
    metric: str, ladder: Sequence[ScoredLevel], sampled: Mapping[int, Mapping[int, NDArray[np.float64]]]
) -> Curve:
    sizes = sampled[id(ladder[0])]
    return curve_of(
        np.array([rung.cells[metric].value for rung in ladder], dtype=np.float64),
        {size: np.stack([sampled[id(rung)][size] for rung in ladder], axis=1) for size in sizes},
        higher_is_better=METRIC_CARDS.find(metric).card.direction == "up",
    )


def curve_of(
    figures: NDArray[np.float64], samples: Mapping[int, NDArray[np.float64]], *, higher_is_better: bool
) -> Curve:
    """What a ladder says of a metric.

    Args:
        figures: (R,) on all tasks, by growing strength.
        samples: figures (draws, R) by size of subsample, the greatest of which is half of the tasks; NaN where a
            subsample has none.
        higher_is_better: the metric's direction.
    """
    sign = -1.0 if higher_is_better else 1.0
    halves = samples[max(samples)]
    halves = halves[np.isfinite(halves).all(axis=1)]
    found = shape(figures, halves)
    right = "falling" if higher_is_better else "rising"
    spread = rank_correlations(sign * halves)
    spread = spread[np.isfinite(spread)]
    low, high = np.quantile(spread, [0.025, 0.975]) if len(spread) else (np.nan, np.nan)
    return Curve(
        figures=figures.tolist(),
        margins=margins(halves).tolist(),
        shape=found,
        verdict="blind" if found == "insensitive" else "sees" if found == right else "misleads",
        correlation=_finite(rank_correlations(sign * figures)),
        correlation_low=_finite(low),
        correlation_high=_finite(high),
        least_n=least_sizes({size: sign * each for size, each in samples.items()}),
    )


def _finite(value: float | NDArray[np.float64]) -> float | None:
    return float(value) if np.isfinite(value) else None
