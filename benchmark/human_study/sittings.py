"""How trials are parted into sittings, each with checks of its own, spread over it where nobody can foresee them."""

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
_GAP: Final = 5
"""A repeat comes at least so many trials after what it repeats, fewer in sittings of less than four times as many."""


@dataclass(frozen=True)
class Place:
    """A trial of a sitting.

    Attributes:
        kind: what it is.
        item: the item it shows; of a `repeat` the one it shows again; of an `obvious` check the one it is made like.
    """

    kind: Literal["item", "obvious", "repeat"]
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
    """A check in each of as many stretches, anywhere in it, of either kind.

    Where in its stretch a check lies is drawn before its kind is, so that no place, not the first either, holds a check
    more often than others of its stretch. Of the kinds one thing can be foreseen: a repeat needs something to repeat.
    """
    length = len(items) + checks
    gap = max(1, min(_GAP, length // 4))
    repeats = checks // 2
    places: set[int] = set()
    late: list[int] = []
    while len(late) < repeats:  # fails at first in a sitting of a few trials alone
        places = {rng.randrange(first, end) for first, end in parted(length, checks)}
        late = [place for place in sorted(places) if len(set(range(place - gap + 1)) - places) >= repeats]
    repeating = set(rng.sample(late, repeats))
    waiting = iter(items)
    found: list[Place] = []
    repeated: set[int] = set()
    for place in range(length):
        if place not in places:
            found.append(Place("item", next(waiting)))
        elif place in repeating:
            before = [each.item for each in found[: place - gap + 1] if each.kind == "item"]
            found.append(Place("repeat", rng.choice([item for item in before if item not in repeated])))
            repeated.add(found[-1].item)
        else:
            found.append(Place("obvious", rng.choice(items)))
    return found
