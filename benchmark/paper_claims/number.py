"""A claimed figure on the runs at hand: only on the paper's data, at its size and with its budget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from scipy.special import ndtr

from benchmark.comparison.compare_metric import Estimate
from benchmark.paper_claims.claim_verdict import CardClaim, Verdict, other_budget, other_than, place_of
from benchmark.paper_claims.needed import Spread
from benchmark.paper_claims.tested_claim import (
    HALF_WIDTH,
    Trial,
    deviation_over_seeds,
    side,
    values_of,
    with_figures,
    without_test,
)
from benchmark.results.method_runs import MethodRuns
from benchmark.results.task_scores import ScoreFiles
from benchmark.statistics.bootstrap import NO_INTERVAL, bootstrap_interval
from benchmark.statistics.seed_variance import MIN_SEEDS, seed_error
from registry.claims import NumberClaim

TOLERANCE: Final = 0.05
"""Share of a claimed figure by which another may differ and be called the same, where a claim does not say it."""


def number_trials(of: CardClaim, claim: NumberClaim, methods: Sequence[MethodRuns], files: ScoreFiles) -> list[Trial]:
    """A trial for every set of runs of the method on the claim's data; else one that says why there is none."""
    label = claim.method or of.card.name
    mine = [runs for runs in methods if runs.label == label]
    if not mine:
        return [without_test(of, f"no runs of {label} here")]
    apart: list[Trial] = []
    found: list[Trial] = []
    for runs in mine:
        place = place_of(runs)
        if differs := (*other_than(claim.dataset, claim.size, place), *other_budget(runs)):
            apart.append(without_test(of, "; ".join(differs), "not comparable here", place))
        else:
            found.append(_measured(of, claim, runs, files))
    return found or apart[:1]


def _measured(of: CardClaim, claim: NumberClaim, runs: MethodRuns, files: ScoreFiles) -> Trial:
    place, scored = place_of(runs), with_figures(runs, claim.protocol)
    values = values_of(runs, claim.protocol, claim.metric)
    facts = runs.first.metrics.get(claim.metric)
    if facts is None or facts.level == "cost":
        return without_test(of, f"{runs.label} has no figure of {claim.metric}", place=place)
    if not values or len(values) < len(scored):
        cells = (run.result.protocols[claim.protocol].metrics.get(claim.metric) for run in scored)
        reason = next((cell.reason for cell in cells if cell is not None and cell.reason), None)
        said = f"{runs.label} has no figure of {claim.metric} under {claim.protocol}"
        return without_test(of, f"{said}: {reason}" if reason else said, place=place)
    value = float(np.mean(values))
    fixed = runs.first.weights_origin != "trained"
    low, high = _interval(claim, runs, values, files, is_set=facts.level == "set")
    sign = 1 if facts.direction == "up" else -1
    gain = sign * (value - claim.value)
    ends = sorted(sign * (end - claim.value) for end in (low, high))
    known = math.isfinite(low)
    found = Verdict(
        of,
        None,
        place,
        (replace(side(runs, claim.protocol), figure=Estimate(value, low if known else None, high if known else None)),),
        facts,
        gain,
        ends[0] if known else None,
        ends[1] if known else None,
        n=min(run.result.protocols[claim.protocol].metrics[claim.metric].n for run in scored),
    )
    tolerance = TOLERANCE * abs(claim.value) if claim.tolerance is None else claim.tolerance
    margin = tolerance - abs(gain)
    error = (high - low) / 2 / HALF_WIDTH if known else math.nan
    if not fixed and len(values) < MIN_SEEDS:
        found = replace(found, reason=f"fewer than {MIN_SEEDS} seeds of {runs.label}")
    elif not error > 0:
        found = replace(found, reason="no interval of its figure")
    else:
        found = replace(found, p_value=float(2 * ndtr(-abs(margin) / error)))
    deviation, source = (0.0, "") if fixed else deviation_over_seeds([runs], claim.protocol, claim.metric)
    spread = Spread(
        error if known and facts.level == "image" else 0.0, deviation, 0 if fixed else 1, len(values), source
    )
    return Trial(found, margin >= 0, margin, spread)


def _interval(
    claim: NumberClaim, runs: MethodRuns, values: Sequence[float], files: ScoreFiles, *, is_set: bool
) -> tuple[float, float]:
    if is_set:
        if len(values) < MIN_SEEDS:
            return NO_INTERVAL
        half = seed_error([np.array(values)]).half_width()
        return float(np.mean(values)) - half, float(np.mean(values)) + half
    scores = files.open_all(with_figures(runs, claim.protocol), claim.protocol)
    if not scores:
        return NO_INTERVAL
    tallies = [run.tally(claim.metric) for run in scores]
    return bootstrap_interval(tallies, scores[0].statistic, scores[0].faces)
