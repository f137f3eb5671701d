"""A comparison as one list of rows: a row for every metric of every protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from typing import Final

from benchmark.comparison.compare_methods import Comparison
from benchmark.comparison.compare_metric import Estimate

COLUMNS: Final = (
    "protocol",
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


def comparison_rows(found: Comparison) -> Iterator[tuple[str | float | None, ...]]:
    """Every match, in the order of `COLUMNS`; intervals without a prefix are of the gain."""
    for match in found.matches:
        yield (
            match.protocol,
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
