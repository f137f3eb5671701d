"""Every claim of the cards on the runs at hand, all tests adjusted for one another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from benchmark.paper_claims.claim_verdict import CardClaim, Verdict
from benchmark.paper_claims.needed import needed
from benchmark.paper_claims.number import number_trials
from benchmark.paper_claims.ordering import ordering_trials
from benchmark.paper_claims.tested_claim import Trial
from benchmark.results.find_results import FinishedRun
from benchmark.results.method_runs import MethodRuns, group_by_method
from benchmark.results.task_scores import ScoreFiles
from benchmark.statistics.holm import ALPHA, holm
from registry.cards import MethodCard
from registry.catalogue import METHOD_CARDS
from registry.claims import OrderingClaim
from registry.errors import InputError, UnknownNameError, unknown


def claims_of_cards(methods: Sequence[str] = ()) -> list[CardClaim]:
    """The claims on the cards of registered methods, in the order of their names.

    Args:
        methods: only those on the cards of these; all where none is named.

    Raises:
        UnknownNameError: if there is no such method.
        InputError: if none of the cards has a claim.
    """
    known = {entry.card.name: entry.card for entry in METHOD_CARDS}
    for name in methods:
        if name not in known:
            raise UnknownNameError(unknown("method", name, known))
    found = list(claims_on(known[name] for name in methods or sorted(known)))
    if not found:
        raise InputError(f"the cards of {', '.join(methods) or 'all methods'} list no claims")
    return found


def claims_on(cards: Iterable[MethodCard]) -> list[CardClaim]:
    """The claims on some cards."""
    return [CardClaim(card, claim) for card in cards for claim in card.claims]


def verdicts(claims: Sequence[CardClaim], runs: Sequence[FinishedRun]) -> list[Verdict]:
    """A verdict on every claim, and several where several sets of runs test it.

    All tests of the claims are one family: Holm's adjustment holds the probability that any claim whose methods do not
    differ is called reproduced or contradicted below `ALPHA`.

    Args:
        claims: to test, together.
        runs: results with the files that they were read from; score files are looked for beside them.

    Raises:
        ResultError: if a score file that is needed cannot be read.
    """
    methods, files = _methods_of(runs), ScoreFiles()
    trials = [
        trial
        for of in claims
        for trial in (
            ordering_trials(of, of.claim, methods, files)
            if isinstance(of.claim, OrderingClaim)
            else number_trials(of, of.claim, methods, files)
        )
    ]
    p_values = [math.nan if trial.found.p_value is None else trial.found.p_value for trial in trials]
    num_tested = sum(not math.isnan(p_value) for p_value in p_values)
    return [
        _decided(trial, None if math.isnan(adjusted) else float(adjusted), num_tested)
        for trial, adjusted in zip(trials, holm(p_values), strict=True)
    ]


def _methods_of(runs: Sequence[FinishedRun]) -> list[MethodRuns]:
    """The methods of runs, apart for every set of faces that they were run on."""
    by_data: dict[tuple[str, str, int], list[FinishedRun]] = {}
    for run in runs:
        facts = run.result.dataset_facts
        by_data.setdefault((run.result.dataset, facts.fingerprint, facts.size), []).append(run)
    return [method for of_data in by_data.values() for method in group_by_method(of_data)]


def _decided(trial: Trial, holm_p: float | None, num_tested: int) -> Verdict:
    found = replace(trial.found, holm_p=holm_p, num_tested=num_tested)
    if found.gain is None or found.facts is None:
        return found
    if holm_p is not None and holm_p < ALPHA:
        if round(abs(trial.effect) / found.facts.scale, found.facts.decimals):
            return replace(found, word="reproduced" if trial.agrees else "contradicted")
        return replace(found, word="not told apart", reason="the difference prints as 0, however surely it is there")
    if trial.spread is None:
        return replace(found, word="not told apart")
    # a claim that is not tested yet would be one more of the family
    decides = needed(trial.effect, trial.spread, tasks=found.n, num_tests=num_tested + (holm_p is None))
    return replace(found, word="not told apart", needed=decides)
