"""How trials are split into sessions, each with checks of its own at positions that nobody can predict."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from registry.errors import InputError

TRIALS_PER_CHECK: Final = 10
"""Trials for each check."""
_MIN_CHECKS: Final = 2
"""In a session: one of each kind."""
_MIN_DISTANCE: Final = 10
"""Trials between a repeat and what it repeats, counted round the end of the session too: raters begin anywhere."""


Kind = Literal["plain", "obvious", "repeat"]


@dataclass(frozen=True)
class Slot:
    """One trial of a session.

    Attributes:
        kind: what it is.
        design: number of the trial's design; of a `repeat` the design that it shows again; of an `obvious` attention
            check the one that it is made like.
    """

    kind: Kind
    design: int


def split_evenly(number: int, parts: int) -> list[tuple[int, int]]:
    """(start, end) of each part, their lengths equal to within one; the raters' page splits trials in the same way."""
    return [(part * number // parts, (part + 1) * number // parts) for part in range(parts)]


def arrange_sessions(num_designs: int, session_length: int, rng: random.Random) -> list[Slot]:
    """All trials of a study, session by session: designs in their order, shuffled within a session, checks among them.

    Args:
        num_designs: design 0 goes into the first session, the last one into the last.
        session_length: trials of a session at most.
        rng: source of all randomness.

    Raises:
        InputError: if a session has no room for a trial beside its checks.
    """
    if session_length <= _MIN_CHECKS:
        raise InputError(f"sitting is {session_length}; it must be {_MIN_CHECKS + 1} or more, for two are checks")
    sessions = 1
    while (
        num_designs + (checks := max(_MIN_CHECKS * sessions, round(num_designs / TRIALS_PER_CHECK)))
        > sessions * session_length
    ):
        sessions += 1
    slots: list[Slot] = []
    num_placed = 0
    checks_of = split_evenly(checks, sessions)
    trials_of = split_evenly(num_designs + checks, sessions)
    for (start, end), (first_check, end_check) in zip(trials_of, checks_of, strict=True):
        num_checks = end_check - first_check
        designs = list(range(num_placed, num_placed + end - start - num_checks))
        num_placed += len(designs)
        rng.shuffle(designs)
        slots.extend(_with_checks(designs, num_checks, rng))
    return slots


def _with_checks(designs: Sequence[int], checks: int, rng: random.Random) -> list[Slot]:
    """Half of the checks are obvious, and one more where they are odd; a repeat is far from what it repeats."""
    length, repeats = len(designs) + checks, checks // 2
    distance = max(1, min(_MIN_DISTANCE, length // 4))
    check_positions: set[int] = set()
    repeatable: dict[int, list[int]] = {}  # by position of a check, the positions of trials that it can repeat
    while len(repeatable) < repeats:
        check_positions = set(_spread(length, checks, rng))
        repeatable = {}
        for check in sorted(check_positions):
            far = range(max(0, check - length + distance), check - distance + 1)
            if plain := [position for position in far if position not in check_positions]:
                repeatable[check] = plain
    repeating = set(rng.sample(list(repeatable), repeats))
    waiting = iter(designs)
    checked: set[int] = set()
    slots: list[Slot] = []
    for position in range(length):
        if position not in check_positions:
            slots.append(Slot("plain", next(waiting)))
            continue
        repeats_one = position in repeating
        possible = [slots[earlier].design for earlier in repeatable[position]] if repeats_one else designs
        chosen = rng.choice([design for design in possible if design not in checked] or possible)
        checked.add(chosen)
        slots.append(Slot("repeat" if repeats_one else "obvious", chosen))
    return slots


def _spread(length: int, number: int, rng: random.Random) -> list[int]:
    """`number` of `length` positions in order, one from each of as many equal stretches; every position is as likely.

    The stretches begin anywhere and the last runs on from the end to the beginning, so that no position is
    always the first of one.
    """
    stretch = length / number
    while True:
        begin = rng.random() * length
        chosen = {int(begin + (index + rng.random()) * stretch) % length for index in range(number)}
        if len(chosen) == number:
            return sorted(chosen)
