"""How many votes and participants a study needs to see a difference of a given size."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from scipy.stats import binom

from benchmark.human_study.design.texts import MAX_SITTING, MIN_SITTING
from registry.errors import InputError

SIGNIFICANCE: Final = 0.05
POWER: Final = 0.8
CHECKS: Final = 0.1
"""Share of a sitting's trials that are checks."""
LEAST, MOST = 0.51, 0.99
_ENOUGH: Final = 1000
"""More methods, or a greater design effect, than any study has."""
_LONGEST: Final = 30_000
"""More votes than the least difference needs."""


@dataclass(frozen=True)
class Plan:
    """What a study needs.

    Attributes:
        difference: the share of votes that the better of two methods gets.
        independent_votes: for each pair of methods, were every vote independent of all others.
        design_effect: how many times as many votes it takes, since votes of one rater, or on one face, are alike.
        votes: for each pair of methods.
        pairs: of methods.
        trials: that count in a sitting, checks left out.
        participants: one sitting each, so that every pair gets its votes.
    """

    difference: float
    independent_votes: int
    design_effect: float
    votes: int
    pairs: int
    trials: int
    participants: int


def plan(difference: float, methods: int = 2, design_effect: float = 5.0, sitting: int = MAX_SITTING) -> Plan:
    """Plan a study of paired choices.

    Args:
        difference: the share of votes that the better of two methods is to get, of `LEAST` to `MOST`.
        methods: each is set against every other; 2 to 1000.
        design_effect: 1 to 1000.
        sitting: trials shown to a participant, checks among them; `MIN_SITTING` to `MAX_SITTING`, as in an export.

    Raises:
        InputError: if a number is out of its range.
    """
    for name, value, least, most in (
        ("--methods", methods, 2, _ENOUGH),
        ("--design-effect", design_effect, 1, _ENOUGH),
        ("--sitting", sitting, MIN_SITTING, MAX_SITTING),
    ):
        if not least <= value <= most:
            raise InputError(f"{name} is {value}; it must be {least} to {most}")
    independent = independent_votes(difference)
    votes = ceil(independent * design_effect)
    pairs = methods * (methods - 1) // 2
    trials = sitting - max(1, round(sitting * CHECKS))
    return Plan(difference, independent, design_effect, votes, pairs, trials, ceil(votes * pairs / trials))


def independent_votes(difference: float) -> int:
    """The fewest independent votes with which the exact binomial test, two-sided at 5%, has a power of 80%.

    Args:
        difference: the true share of one side's votes.

    Raises:
        InputError: if it is not in `LEAST` to `MOST`.
    """
    if not LEAST <= difference <= MOST:
        raise InputError(f"--difference is {difference:g}; it is a share of votes, of {LEAST} to {MOST}")
    votes = np.arange(1, _LONGEST)
    # the most votes for one side that do not yet reject an even split
    most = binom.isf(SIGNIFICANCE / 2, votes, 0.5)
    power = binom.sf(most, votes, difference) + binom.cdf(votes - most - 1, votes, difference)
    return int(votes[np.argmax(power >= POWER)])
