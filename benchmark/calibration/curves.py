"""A metric's curves over the strengths of every degradation, and the verdicts that follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from benchmark.calibration.schema import Curve, MetricCalibration
from benchmark.calibration.scored_level import ScoredLevel
from benchmark.calibration.severity_levels import ScoredLevels
from benchmark.calibration.subsample_metrics import SubsampleMetrics
from benchmark.calibration.subsampling import subsample_sizes
from benchmark.calibration.verdict import least_sizes, margins, rank_correlations, shape
from benchmark.evaluation.context import EvaluationContext
from benchmark.results.task_groups import TaskGroups
from benchmark.runtime.interruption import deferred_interruption
from registry.catalogue import METRIC_CARDS


def calibrated_metrics(
    metrics: Sequence[str],
    levels: ScoredLevels,
    context: EvaluationContext,
    seed: int,
    groups: TaskGroups,
) -> dict[str, MetricCalibration]:
    """Every metric's curves, or why it has none.

    Args:
        metrics: registered metrics of images and of sets.
        levels: of every degradation.
        context: with the real faces, and what metrics need.
        seed: of the subsamples.
        groups: of the tasks of a level.

    Raises:
        Interrupted: if a stop was requested.
    """
    unique = {id(level): level for level in chain.from_iterable(levels.values())}
    reasons = {name: _why_not(name, unique.values()) for name in metrics}
    available = [name for name, reason in reasons.items() if reason is None]
    total = len(next(iter(unique.values())).squared_errors)
    subsample_metrics = SubsampleMetrics(available, context, subsample_sizes(total), seed, groups)
    found: dict[str, MetricCalibration] = {}
    steps = len(available) * len(unique)
    with context.reporter.bar("metrics of subsamples", steps) as advance, deferred_interruption() as stop:
        for name, reason in reasons.items():
            sampled = {}
            for number, (key, level) in enumerate(unique.items() if reason is None else ()):
                sampled[key] = subsample_metrics.of(name, level)
                advance(available.index(name) * len(unique) + number + 1, name)
                stop.check("drawing subsamples")
            if reason is None and not all(_has_values(samples) for samples in sampled.values()):
                reason = "half of the tasks are too few for it"
            curves = {} if reason else {key: _curve(name, of_key, sampled) for key, of_key in levels.items()}
            found[name] = MetricCalibration(curves=curves, reason=reason)
    return found


def _why_not(metric: str, levels: Iterable[ScoredLevel]) -> str | None:
    """The reason at the first level where a metric has no value."""
    return next((cell.reason for level in levels if (cell := level.cells[metric]).value is None), None)


def _has_values(samples: Mapping[int, NDArray[np.float64]]) -> bool:
    """Whether subsamples of half of the tasks have values."""
    return bool(np.isfinite(samples[max(samples)]).any())


def _curve(
    metric: str, levels: Sequence[ScoredLevel], sampled: Mapping[int, Mapping[int, NDArray[np.float64]]]
) -> Curve:
    sizes = sampled[id(levels[0])]
    return curve_of(
        np.array([level.cells[metric].value for level in levels], dtype=np.float64),
        {size: np.stack([sampled[id(level)][size] for level in levels], axis=1) for size in sizes},
        higher_is_better=METRIC_CARDS.find(metric).card.direction == "up",
    )


def curve_of(
    values: NDArray[np.float64], samples: Mapping[int, NDArray[np.float64]], *, higher_is_better: bool
) -> Curve:
    """The curve and verdict of a metric under one degradation.

    Args:
        values: (R,) on all tasks, by growing strength.
        samples: values (draws, R) by size of subsample, the greatest of which is half of the tasks; NaN where a
            subsample has none.
        higher_is_better: the metric's direction.
    """
    sign = -1.0 if higher_is_better else 1.0
    halves = samples[max(samples)]
    halves = halves[np.isfinite(halves).all(axis=1)]
    shape_found = shape(values, halves)
    right = "falling" if higher_is_better else "rising"
    spread = rank_correlations(sign * halves)
    spread = spread[np.isfinite(spread)]
    low, high = np.quantile(spread, [0.025, 0.975]) if len(spread) else (np.nan, np.nan)
    return Curve(
        figures=values.tolist(),
        margins=margins(halves).tolist(),
        shape=shape_found,
        verdict="blind" if shape_found == "insensitive" else "sees" if shape_found == right else "misleads",
        correlation=_finite(rank_correlations(sign * values)),
        correlation_low=_finite(low),
        correlation_high=_finite(high),
        least_n=least_sizes({size: sign * drawn for size, drawn in samples.items()}),
    )


def _finite(value: float | NDArray[np.float64]) -> float | None:
    return float(value) if np.isfinite(value) else None
