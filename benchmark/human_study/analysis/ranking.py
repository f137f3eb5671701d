"""Which methods are significantly better: strengths in the model of choices, ranks, and position bias."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmark.human_study.analysis.findings import Estimate, MethodFinding, Position
from benchmark.human_study.analysis.preference import as_findings, method_estimates, method_preferences
from benchmark.human_study.analysis.votes import Votes
from benchmark.human_study.design.trials import REAL
from benchmark.human_study.schema import Key, Mode, Study
from benchmark.statistics.bradley_terry import Luce, fit_luce, groups_compared
from benchmark.statistics.rater_ranks import MIN_CLUSTERS, shared_ranks
from benchmark.statistics.two_way_bootstrap import intervals, linear_estimates

NO_ANSWERS: Final = "no answers"
NO_RIVAL: Final = "there is no other method"
TOO_FEW: Final = f"a rank needs {MIN_CLUSTERS} raters and {MIN_CLUSTERS} source faces"
BY_CHOICE: Final = ("2afc", "kway")
"""Modes in which a rater chooses among options."""


@dataclass(frozen=True)
class Ranking:
    """The ranked methods of a part.

    Attributes:
        methods: the strongest first, or where there are no strengths the most preferred; real images last.
        positions: of modes in which a rater chooses among options.
        unranked: why no method has a rank.
    """

    methods: list[MethodFinding]
    positions: list[Position]
    unranked: str | None


def rank(votes: Votes, mode: Mode) -> Ranking:
    """Rank methods: by strength where raters chose among them, else by mean score or fool rate.

    Real images of `realfake` are the reference, not a method: they have no rank and are in no test.
    """
    fitted = _fitted(votes, mode)
    estimates = method_estimates(votes, fitted)
    preferences = method_preferences(votes, estimates, mode)
    reference = REAL if mode == "realfake" else None
    rivals = [index for index, method in enumerate(votes.methods) if method != reference]
    unranked = _unranked(votes, mode, len(rivals))
    ranks: dict[int, int | None] = {}
    strengths: list[Estimate | None] = [None] * len(votes.methods)
    if unranked is None and fitted is not None:
        estimates = linear_estimates(votes.crossed, fitted.strengths, fitted.influence, estimates.part)
        strengths = list(as_findings(estimates, intervals(votes.crossed, estimates)))
    if unranked is None:
        ranks = dict(zip(rivals, shared_ranks(votes.crossed, estimates.of(rivals)), strict=True))
        if not any(ranks.values()):
            ranks, unranked = {}, TOO_FEW
    methods = [
        MethodFinding(
            method=method,
            preference=preference,
            strength=strength,
            rank=ranks.get(index),
            unranked=TOO_FEW if index in ranks and ranks[index] is None else None,
        )
        for index, (method, preference, strength) in enumerate(zip(votes.methods, preferences, strengths, strict=True))
    ]
    methods.sort(key=lambda finding: (finding.method == reference, *_order(finding)))
    return Ranking(methods, _positions(votes, fitted) if fitted else [], unranked)


def preferences_of(votes: Votes, mode: Mode) -> list[Estimate]:
    """The preference of each method of the votes, in their order, with its interval."""
    return method_preferences(votes, method_estimates(votes, _fitted(votes, mode)), mode)


def _fitted(votes: Votes, mode: Mode) -> Luce | None:
    """The model of choices, where raters chose among options and any did."""
    if mode not in BY_CHOICE or not len(votes.shown):
        return None
    return fit_luce(votes.shown, votes.scores, len(votes.methods))


def shown_too_little(study: Study, key: Key) -> dict[str, list[str]]:
    """By protocol, methods that a study shows on too few faces to rank them, whatever is answered."""
    faces: dict[tuple[str, str], set[str]] = defaultdict(set)
    for trial in study.trials:
        if key.trials[trial.id].check is None:
            for option in (key.options[shown.id] for shown in trial.options):
                faces[option.protocol, option.method].add(option.source)
    found: dict[str, list[str]] = {}
    for (protocol, method), sources in sorted(faces.items()):
        if len(sources) < MIN_CLUSTERS and method != REAL:
            found.setdefault(protocol, []).append(method)
    return found


def _unranked(votes: Votes, mode: Mode, rivals: int) -> str | None:
    if not len(votes.shown):
        return NO_ANSWERS
    if rivals < 2:
        return NO_RIVAL
    if mode in BY_CHOICE and len(groups := groups_compared(votes.shown, len(votes.methods))) > 1:
        names = "; ".join(", ".join(votes.methods[index] for index in group) for group in groups)
        return f"these groups of methods were never compared with each other, so that no order holds for all: {names}"
    return None


def _positions(votes: Votes, fitted: Luce) -> list[Position]:
    is_shown = votes.shown >= 0
    estimates = linear_estimates(votes.crossed, fitted.position_bias, fitted.position_influence, is_shown)
    shares = votes.scores.sum(axis=0) / np.maximum(is_shown.sum(axis=0), 1)
    return [
        Position(position=number, share=float(share), bias=bias)
        for number, (share, bias) in enumerate(
            zip(shares, as_findings(estimates, intervals(votes.crossed, estimates)), strict=True), start=1
        )
    ]


def _order(finding: MethodFinding) -> tuple[bool, float, str]:
    value = (finding.strength or finding.preference).value
    return (value is None, -(value or 0), finding.method)
