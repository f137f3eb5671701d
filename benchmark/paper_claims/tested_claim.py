"""A claim as one set of runs tests it, before the p-values of a page are adjusted for one another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmark.paper_claims.claim_verdict import CardClaim, Place, Side, Verdict, Word
from benchmark.paper_claims.needed import Spread
from benchmark.results.find_results import FinishedRun
from benchmark.results.method_runs import MethodRuns

HALF_WIDTH: Final = 1.959964
"""Standard errors in half of a 95% interval."""


@dataclass(frozen=True)
class Trial:
    """What a page decides.

    Attributes:
        found: without a word where a test is to give it.
        agrees: whether the figures are as claimed, however surely.
        effect: what must differ from 0 for a verdict.
        spread: what it varies by; None where there is nothing to test.
    """

    found: Verdict
    agrees: bool = False
    effect: float = 0.0
    spread: Spread | None = None


def without_test(of: CardClaim, reason: str, word: Word | None = None, place: Place | None = None) -> Trial:
    """A claim that nothing here tests."""
    return Trial(Verdict(of, word, place, reason=reason))


def side(runs: MethodRuns, protocol: str) -> Side:
    """A method with the seeds that have figures under a protocol."""
    return Side(runs.label, tuple(run.result.seed for run in with_figures(runs, protocol)), None)


def with_figures(runs: MethodRuns, protocol: str) -> list[FinishedRun]:
    """The runs that have figures under a protocol."""
    return [run for run in runs.runs if (found := run.result.protocols.get(protocol)) is not None and found.metrics]


def values_of(runs: MethodRuns, protocol: str, metric: str) -> list[float]:
    """The figures of a method's seeds, as far as they have one."""
    cells = (run.result.protocols[protocol].metrics.get(metric) for run in with_figures(runs, protocol))
    return [cell.value for cell in cells if cell is not None and cell.value is not None]


def deviation_over_seeds(methods: Sequence[MethodRuns], protocol: str, metric: str) -> tuple[float | None, str]:
    """The standard deviation of a figure over seeds, pooled over the methods that have several, and which those are.

    The seeds' interaction with test faces is in it, which makes it a little too large.
    """
    squares, freedom, labels = 0.0, 0, []
    for runs in methods:
        values = np.array(values_of(runs, protocol, metric))
        if runs.trained and len(values) > 1:
            squares += float(np.square(values - values.mean()).sum())
            freedom += len(values) - 1
            labels.append(runs.label)
    return (math.sqrt(squares / freedom), " and ".join(labels)) if freedom else (None, "")
