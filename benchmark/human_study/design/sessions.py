"""How trials are parted into sittings, each with checks of its own at places that nobody can foretell."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from registry.errors import InputError

CHECK_SHARE: Final = 10
"""There is a check for so many items."""
_LEAST_CHECKS: Final = 2
"""In a sitting: one of each kind."""
_APART: Final = 10
"""Trials from a repeat to what it repeats, and on from there round to the repeat, for raters begin anywhere."""


Kind = Literal["item", "obvious", "repeat"]


@dataclass(frozen=True)
class Place:
    """A trial of a sitting.

    Attributes:
        kind: what it is.
        item: the item it shows; of a `repeat` the one it shows again; of an `obvious` check the one it is made like.
    """

    kind: Kind
    item: int


def parted(number: int, parts: int) -> list[tuple[int, int]]:
    """The first and the next-to-last thing of each part, equal to one thing; the raters' page parts trials likewise."""
    return [(part * number // parts, (part + 1) * number // parts) for part in range(parts)]


def arranged(items: int, sitting: int, rng: random.Random) -> list[Place]:
    """All trials of a study, in the order of its sittings: items as they come, shuffled within each, checks among them.

    Args:
        items: how many; item 0 goes into the first sitting, the last into the last.
        sitting: at most so many trials.
        rng: all chance is its.

    Raises:
        InputError: if a sitting has no room for an item beside its checks.
    """
    if sitting <= _LEAST_CHECKS:
        raise InputError(f"sitting is {sitting}; it must be {_LEAST_CHECKS + 1} or more, for two are checks")
    sittings = 1
    while items + (checks := max(_LEAST_CHECKS * sittings, round(items / CHECK_SHARE))) > sittings * sitting:
        sittings += 1
    found: list[Place] = []
    given = 0
    shares = parted(checks, sittings)
    for (first, end), (first_check, end_check) in zip(parted(items + checks, sittings), shares, strict=True):
        share = end_check - first_check
        mine = list(range(given, given + end - first - share))
        given += len(mine)
        rng.shuffle(mine)
        found.extend(_with_checks(mine, share, rng))
    return found


def _with_checks(items: Sequence[int], checks: int, rng: random.Random) -> list[Place]:
    """Half of the checks are obvious, and one more where they are odd; a repeat is far from what it repeats."""
    length, repeats = len(items) + checks, checks // 2
    apart = max(1, min(_APART, length // 4))
    at: set[int] = set()
    repeatable: dict[int, list[int]] = {}  # by the place of a check, the places of items that it can repeat
    while len(repeatable) < repeats:
        at = set(_spread(length, checks, rng))
        far = {place: range(max(0, place - length + apart), place - apart + 1) for place in sorted(at)}
        free = {place: [each for each in places if each not in at] for place, places in far.items()}
        repeatable = {place: places for place, places in free.items() if places}
    repeating = set(rng.sample(list(repeatable), repeats))
    waiting = iter(items)
    checked: set[int] = set()
    found: list[Place] = []
    for place in range(length):
        if place not in at:
            found.append(Place("item", next(waiting)))
            continue
        able = [found[each].item for each in repeatable[place]] if place in repeating else items
        chosen = rng.choice([item for item in able if item not in checked] or able)
        checked.add(chosen)
        found.append(Place("repeat" if place in repeating else "obvious", chosen))
    return found


def _spread(length: int, number: int, rng: random.Random) -> list[int]:
    """`number` of `length` places in order, one from each of as many equal stretches; every place is as likely.

    The stretches begin anywhere and the last runs on from the end to the beginning, so that no place is the first of
    one by rule.
    """
    stretch = length / number
    while True:
        begin = rng.random() * length
        chosen = {int(begin + (each + rng.random()) * stretch) % length for each in range(number)}
        if len(chosen) == number:
            return sorted(chosen)
