"""How trials are parted into sittings, each with checks of its own, spread over it."""

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


@dataclass(frozen=True)
class Place:
    """A trial of a sitting.

    Attributes:
        kind: what it is.
        item: the item it shows; of a `repeat` the one it shows again; of an `obvious` check the one it spoils.
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
    """Checks at even distances, obvious ones and repeats in turn; a repeat comes long after what it repeats."""
    length = len(items) + checks
    # nothing can be shown again before it was shown, so none is the first
    at = {max((2 * number + 1) * length // (2 * checks), 1): number for number in range(checks)}
    waiting = list(items)
    unchecked: list[int] = []
    found: list[Place] = []
    for place in range(length):
        if place not in at:
            item = waiting.pop(0)
            found.append(Place("item", item))
            unchecked.append(item)
            continue
        longest_ago = unchecked[: (len(unchecked) + 1) // 2] or list(items)
        chosen = rng.choice(longest_ago)
        if chosen in unchecked:
            unchecked.remove(chosen)
        found.append(Place("repeat" if at[place] % 2 else "obvious", chosen))
    return found
