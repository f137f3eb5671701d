"""An ordering on the runs at hand: the two methods compared, wherever both had the same data and budget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from benchmark.comparison.compare_methods import compare
from benchmark.comparison.compare_metric import MetricComparison
from benchmark.paper_claims.claim_verdict import CardClaim, Verdict, other_budget, other_than, place_of, training_of
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
from benchmark.results.comparability import IncomparableError, differences
from benchmark.results.method_runs import MethodRuns
from benchmark.results.task_scores import ScoreFiles
from benchmark.statistics.paired import Side as PairedSide
from benchmark.statistics.paired import paired_difference
from benchmark.statistics.seed_variance import MIN_SEEDS
from registry.claims import OrderingClaim
from registry.errors import InputError

LONGER: Final = 1.25
"""From which ratio on one training is said to be longer than another."""


def ordering_trials(
    of: CardClaim, claim: OrderingClaim, methods: Sequence[MethodRuns], files: ScoreFiles
) -> list[Trial]:
    """A trial for every two sets of runs that can be compared; else one that says why there is none."""
    both = [[runs for runs in methods if runs.label == label] for label in claim.labels]
    missing = [label for label, found in zip(claim.labels, both, strict=True) if not found]
    if missing:
        return [without_test(of, f"no runs of {' and '.join(missing)} here")]
    apart: list[Trial] = []
    found: list[Trial] = []
    for better in both[0]:
        for worse in both[1]:
            reasons = _unequal(better, worse, claim.protocol)
            if reasons:
                apart.append(without_test(of, "; ".join(reasons), "not comparable here", place_of(better)))
            else:
                found.append(_compared(of, claim, (better, worse), methods, files))
    return found or apart[:1]


def _unequal(better: MethodRuns, worse: MethodRuns, protocol: str) -> list[str]:
    """What the two were run on or trained with that is not the same, in words."""
    ours, theirs = place_of(better), place_of(worse)
    found = [
        f"{what}: {one} of {better.label}, {other} of {worse.label}"
        for what, one, other in (("data", ours.dataset, theirs.dataset), ("size", ours.size, theirs.size))
        if one != other
    ]
    if better.trained and worse.trained:
        budgets = [f"{training_of(runs)}, weights {runs.first.weights_origin}" for runs in (better, worse)]
        if budgets[0] != budgets[1]:
            found.append(f"budget: {budgets[0]} of {better.label}, {budgets[1]} of {worse.label}")
    if not found and with_figures(better, protocol) and with_figures(worse, protocol):
        first, second = (with_figures(runs, protocol)[0].result for runs in (better, worse))
        found = [f"scoring: {reason}" for reason in differences(first, second, protocol)]
    return found


def _compared(
    of: CardClaim,
    claim: OrderingClaim,
    pair: tuple[MethodRuns, MethodRuns],
    methods: Sequence[MethodRuns],
    files: ScoreFiles,
) -> Trial:
    better, worse = pair
    place = place_of(better)
    shared = {*better.seeds} & {*worse.seeds}
    # variants of one method share what comes of their seeds
    paired = better.trained and better.first.method == worse.first.method and len(shared) >= MIN_SEEDS
    if paired:
        pair = better, worse = _of_seeds(better, shared), _of_seeds(worse, shared)
    try:
        (match,) = compare(better, worse, [claim.protocol], [claim.metric], seeds_paired=paired).matches
    except IncomparableError as error:
        return without_test(of, str(error), "not comparable here", place)
    except InputError as error:
        return without_test(of, str(error), place=place)
    setting = other_than(claim.setting.dataset, claim.setting.size, place)
    found = Verdict(
        of,
        None,
        place,
        (
            replace(side(better, claim.protocol), figure=match.a),
            replace(side(worse, claim.protocol), figure=match.b),
        ),
        match.facts,
        match.gain,
        match.low,
        match.high,
        n=match.n,
        reason=match.reason,
        differs=(*setting, *other_budget(better), *_unequal_lengths(better, worse)),
    )
    if match.gain is None:
        return Trial(found)
    single = [one.label for one, runs in zip(found.sides, pair, strict=True) if _too_few(len(one.seeds), runs)]
    if single:
        reason = (
            f"fewer than {MIN_SEEDS} seeds of {' and '.join(single)}: the interval speaks of other test faces alone"
        )
        found = replace(found, reason=reason)
    else:
        found = replace(found, p_value=match.p_value)
    spread = _spread(claim, pair, match, [runs for runs in methods if place_of(runs) == place], files, paired)
    return Trial(found, match.gain > 0, match.gain, spread)


def _of_seeds(runs: MethodRuns, seeds: set[int]) -> MethodRuns:
    return replace(runs, runs=tuple(run for run in runs.runs if run.result.seed in seeds))


def _too_few(seeds: int, runs: MethodRuns) -> bool:
    return runs.trained and seeds < MIN_SEEDS


def _unequal_lengths(better: MethodRuns, worse: MethodRuns) -> tuple[str, ...]:
    """That one training took longer, where it did: by processor time where both have it, else by the clock."""
    of_both = ([_seconds(runs, name) for runs in (better, worse)] for name in ("train_cpu_seconds", "train_seconds"))
    seconds = next((known for known in of_both if np.isfinite(known).all()), None)
    if seconds is None or max(seconds) < LONGER * min(seconds):
        return ()
    longer, shorter = (better, worse) if seconds[0] > seconds[1] else (worse, better)
    times = float(max(seconds) / min(seconds))
    return (f"training: {longer.label} took {times:.1f} times as long as {shorter.label}",)


def _seconds(runs: MethodRuns, cost: str) -> float:
    """The mean over seeds of what training took; NaN where one does not say it, or nothing was trained."""
    if not runs.trained:
        return math.nan
    return float(np.mean([getattr(result.cost, cost) or math.nan for result in runs.results]))


def _spread(
    claim: OrderingClaim,
    pair: tuple[MethodRuns, MethodRuns],
    match: MetricComparison,
    others: Sequence[MethodRuns],
    files: ScoreFiles,
    paired: bool,
) -> Spread:
    """What the difference varies by: over faces by a bootstrap with these seeds, over seeds by their figures."""
    trained = [runs for runs in pair if runs.trained]
    faces = 0.0 if match.facts.level == "set" else _error_over_faces(claim, pair, files)
    if not trained:
        return Spread(faces, 0.0, 0)
    if paired:
        ours, theirs = (np.array(values_of(runs, claim.protocol, claim.metric)) for runs in pair)
        source = f"{pair[0].label} less {pair[1].label}"
        return Spread(faces, float((ours - theirs).std(ddof=1)), 1, len(ours), source)
    deviation, source = deviation_over_seeds(trained, claim.protocol, claim.metric)
    if deviation is None:
        deviation, source = deviation_over_seeds(others, claim.protocol, claim.metric)
    of_difference = None if deviation is None else deviation * len(trained) ** 0.5
    num_seeds = min(len(with_figures(runs, claim.protocol)) for runs in trained)
    return Spread(faces, of_difference, len(trained), num_seeds, source)


def _error_over_faces(claim: OrderingClaim, pair: tuple[MethodRuns, MethodRuns], files: ScoreFiles) -> float:
    scores = [files.open_all(with_figures(runs, claim.protocol), claim.protocol) for runs in pair]
    if scores[0] is None or scores[1] is None:
        return 0.0
    ours, theirs = (
        PairedSide([run.tally(claim.metric) for run in of_runs], trained=False) for of_runs in scores if of_runs
    )
    found = paired_difference(ours, theirs, scores[0][0].statistic, scores[0][0].faces, flips=0)
    return 0.0 if math.isnan(found.low) else (found.high - found.low) / 2 / HALF_WIDTH
