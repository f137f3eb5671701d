"""Who is better than whom beyond doubt: strengths by the model of choices, ranks, and the pull of a place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmark.human_study.analysis.findings import Figure, MethodFinding, Position
from benchmark.human_study.analysis.preference import findings, method_figures, method_preferences
from benchmark.human_study.analysis.votes import Votes
from benchmark.human_study.design.trials import REAL
from benchmark.human_study.schema import Key, Mode, Study
from benchmark.statistics.bradley_terry import Luce, fit_luce, groups_compared
from benchmark.statistics.rater_ranks import FEWEST, shared_ranks
from benchmark.statistics.two_way_bootstrap import intervals, linear_figures

NO_ANSWERS: Final = "no answers"
NO_RIVAL: Final = "there is no other method"
TOO_FEW: Final = f"a rank takes {FEWEST} raters and {FEWEST} source faces"
BY_CHOICE: Final = ("2afc", "kway")
"""Modes in which a rater chooses among options."""


@dataclass(frozen=True)
class Ranking:
    """The methods of a part.

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

    Real images of `realfake` are what methods are measured by, not one of them: they have no rank and are in no test.
    """
    fitted = fit_luce(votes.shown, votes.given, len(votes.methods)) if mode in BY_CHOICE and len(votes.shown) else None
    figures = method_figures(votes, fitted)
    preferences = method_preferences(votes, figures, mode)
    reference = REAL if mode == "realfake" else None
    rivals = [place for place, method in enumerate(votes.methods) if method != reference]
    unranked = _unranked(votes, mode, len(rivals))
    ranks: dict[int, int | None] = {}
    strengths: list[Figure | None] = [None] * len(votes.methods)
    if unranked is None and fitted is not None:
        figures = linear_figures(votes.crossed, fitted.strengths, fitted.influence, figures.part)
        strengths = list(findings(figures, intervals(votes.crossed, figures)))
    if unranked is None:
        ranks = dict(zip(rivals, shared_ranks(votes.crossed, figures.of(rivals)), strict=True))
        if not any(ranks.values()):
            ranks, unranked = {}, TOO_FEW
    found = [
        MethodFinding(
            method=method,
            preference=preference,
            strength=strength,
            rank=ranks.get(place),
            unranked=TOO_FEW if place in ranks and ranks[place] is None else None,
        )
        for place, (method, preference, strength) in enumerate(zip(votes.methods, preferences, strengths, strict=True))
    ]
    found.sort(key=lambda each: (each.method == reference, *_order(each)))
    return Ranking(found, _positions(votes, fitted) if fitted else [], unranked)


def shown_too_little(study: Study, key: Key) -> dict[str, list[str]]:
    """By protocol, methods that a study shows on too few faces to rank them, whatever is answered."""
    faces: dict[tuple[str, str], set[str]] = defaultdict(set)
    for trial in study.trials:
        if key.trials[trial.id].check is None:
            for option in (key.options[each.id] for each in trial.options):
                faces[option.protocol, option.method].add(option.source)
    found: dict[str, list[str]] = {}
    for (protocol, method), theirs in sorted(faces.items()):
        if len(theirs) < FEWEST and method != REAL:
            found.setdefault(protocol, []).append(method)
    return found


def _unranked(votes: Votes, mode: Mode, rivals: int) -> str | None:
    if not len(votes.shown):
        return NO_ANSWERS
    if rivals < 2:
        return NO_RIVAL
    if mode in BY_CHOICE and len(groups := groups_compared(votes.shown, len(votes.methods))) > 1:
        names = "; ".join(", ".join(votes.methods[each] for each in group) for group in groups)
        return f"these groups of methods were never set against each other, so that no order holds for all: {names}"
    return None


def _positions(votes: Votes, fitted: Luce) -> list[Position]:
    there = votes.shown >= 0
    figures = linear_figures(votes.crossed, fitted.position_bias, fitted.position_influence, there)
    shares = votes.given.sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return [
        Position(position=place + 1, share=float(share), bias=bias)
        for place, (share, bias) in enumerate(
            zip(shares, findings(figures, intervals(votes.crossed, figures)), strict=True)
        )
    ]


def _order(found: MethodFinding) -> tuple[bool, float, str]:
    value = (found.strength or found.preference).value
    return (value is None, -(value or 0), found.method)
