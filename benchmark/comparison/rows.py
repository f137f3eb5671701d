"""A comparison as one list of rows: a row for every metric of every protocol, and of every attribute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple
from typing import Final

from benchmark.comparison.compare_metric import Estimate, MetricComparison

COLUMNS: Final = (
    "protocol",
    "attribute",
    "metric",
    "a",
    "a_low",
    "a_high",
    "b",
    "b_low",
    "b_high",
    "gain",
    "low",
    "high",
    "better",
    "p_value",
    "holm_p",
    "n",
    "reason",
)


def comparison_rows(matches: Iterable[MetricComparison]) -> Iterator[tuple[str | float | None, ...]]:
    """Every match, in the order of `COLUMNS`; intervals without a prefix are of the gain."""
    for match in matches:
        yield (
            match.protocol,
            match.attribute,
            match.metric,
            *_estimate(match.a),
            *_estimate(match.b),
            match.gain,
            match.low,
            match.high,
            match.better,
            match.p_value,
            match.holm_p,
            match.n,
            match.reason,
        )


def _estimate(estimate: Estimate | None) -> tuple[float | None, ...]:
    return (None, None, None) if estimate is None else astuple(estimate)
