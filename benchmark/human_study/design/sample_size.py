"""How many votes and participants a study needs to see a difference of a given size."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from scipy.stats import binom

from benchmark.human_study.design.texts import MAX_SESSION_LENGTH, MIN_SESSION_LENGTH
from registry.errors import InputError

SIGNIFICANCE: Final = 0.05
POWER: Final = 0.8
CHECK_SHARE: Final = 0.1
"""Share of a session's trials that are checks."""
MIN_DIFFERENCE, MAX_DIFFERENCE = 0.51, 0.99
_MAX_FACTOR: Final = 1000
"""More methods, or a greater design effect, than any study has."""
_MAX_VOTES: Final = 30_000
"""More votes than the least difference needs."""


@dataclass(frozen=True)
class Plan:
    """What a study needs.

    Attributes:
        difference: the share of votes that the better of two methods gets.
        independent_votes: for each pair of methods, if every vote were independent of all others.
        design_effect: how many times as many votes it takes, since votes of one rater, or on one face, are alike.
        votes: for each pair of methods.
        pairs: of methods.
        trials: of a session that count, checks left out.
        participants: with one session each, so that every pair gets its votes.
    """

    difference: float
    independent_votes: int
    design_effect: float
    votes: int
    pairs: int
    trials: int
    participants: int


def plan(
    difference: float, methods: int = 2, design_effect: float = 5.0, session_length: int = MAX_SESSION_LENGTH
) -> Plan:
    """Plan a study of paired choices.

    Args:
        difference: the share of votes that the better of two methods is to get, from `MIN_DIFFERENCE` to
            `MAX_DIFFERENCE`.
        methods: every two of them are compared; 2 to 1000.
        design_effect: 1 to 1000.
        session_length: trials shown to a participant, checks among them; `MIN_SESSION_LENGTH` to `MAX_SESSION_LENGTH`,
            as in an export.

    Raises:
        InputError: if a number is out of its range.
    """
    for name, value, least, most in (
        ("--methods", methods, 2, _MAX_FACTOR),
        ("--design-effect", design_effect, 1, _MAX_FACTOR),
        ("--sitting", session_length, MIN_SESSION_LENGTH, MAX_SESSION_LENGTH),
    ):
        if not least <= value <= most:
            raise InputError(f"{name} is {value}; it must be {least} to {most}")
    independent = independent_votes(difference)
    votes = ceil(independent * design_effect)
    pairs = methods * (methods - 1) // 2
    trials = session_length - max(1, round(session_length * CHECK_SHARE))
    return Plan(difference, independent, design_effect, votes, pairs, trials, ceil(votes * pairs / trials))


def independent_votes(difference: float) -> int:
    """The fewest independent votes with which the exact binomial test, two-sided at 5%, has a power of 80%.

    Args:
        difference: the true share of one side's votes.

    Raises:
        InputError: if it is not from `MIN_DIFFERENCE` to `MAX_DIFFERENCE`.
    """
    if not MIN_DIFFERENCE <= difference <= MAX_DIFFERENCE:
        raise InputError(
            f"--difference is {difference:g}; it is a share of votes, from {MIN_DIFFERENCE} to {MAX_DIFFERENCE}"
        )
    votes = np.arange(1, _MAX_VOTES)
    # the most votes for one side that do not yet reject an even split
    most = binom.isf(SIGNIFICANCE / 2, votes, 0.5)
    power = binom.sf(most, votes, difference) + binom.cdf(votes - most - 1, votes, difference)
    return int(votes[np.argmax(power >= POWER)])
