"""The items of a study: which edits of which task are shown together, and in what order."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.human_study.design import balance
from benchmark.human_study.schema import Mode
from registry.errors import InputError

REAL: Final = "real"
"""Shown as a method's edit would be: the unedited photograph."""
LEAST_METHODS: Final[dict[Mode, int]] = {"2afc": 2, "kway": 2, "mos": 1, "realfake": 1}

MOST_AT_ONCE: Final = 8
"""Images on a screen: each has a digit key, and a tie has one."""


@dataclass(frozen=True)
class Item:
    """A trial before it has ids.

    Attributes:
        shown: methods whose edits of the task are shown, left to right.
    """

    protocol: str
    task: int
    shown: tuple[str, ...]


def draw_items(
    mode: Mode, count: int, methods: Sequence[str], tasks: Mapping[str, int], rng: random.Random
) -> list[Item]:
    """Draw items whose counts differ by one at most.

    In `2afc` every two methods meet equally often, each on either side, and each method is shown; in `kway` all methods
    are shown, each at each place; in `mos` each method is shown; in `realfake` a real image as often as an edit, and of
    the edits each method. Protocols take turns, and of a protocol every task is drawn before one is drawn again. A
    stretch of the items is nearly as balanced as all of them.

    Args:
        mode: how they are judged.
        count: of items.
        methods: their labels.
        tasks: by protocol, how many there are, numbered from 0.
        rng: all chance is its.

    Raises:
        InputError: if there are too few methods, or too few tasks for items that all differ.
    """
    if count < 1:
        raise InputError(f"--items {count}: a study needs 1 or more")
    if len(methods) < LEAST_METHODS[mode]:
        raise InputError(f"mode {mode} needs {LEAST_METHODS[mode]} methods or more, and there are {len(methods)}")
    if mode == "kway" and len(methods) > MOST_AT_ONCE:
        raise InputError(
            f"mode kway shows {len(methods)} methods at once, and {MOST_AT_ONCE} are the most; use --methods"
        )
    protocols = list(tasks)
    if mode == "2afc":
        cells = balance.met(count, methods, protocols, rng)
        shown: Sequence[tuple[str, ...]] = balance.sided([pair for pair, _ in cells], rng)
    elif mode == "kway":
        cells = [(("", ""), protocol) for _, protocol in balance.crossed(count, [""], protocols, rng)]
        shown = balance.ordered(count, methods, rng)
    else:
        cells = [((label, ""), protocol) for label, protocol in _single(mode, count, methods, protocols, rng)]
        shown = [(label,) for (label, _), _ in cells]
    try:
        drawn = balance.spread(cells, dict(tasks), rng)
    except ValueError as error:
        raise InputError(f"--items {count} is more than there are: {error}") from error
    return [Item(protocol, task, each) for (_, protocol), task, each in zip(cells, drawn, shown, strict=True)]


def _single(
    mode: Mode, count: int, methods: Sequence[str], protocols: Sequence[str], rng: random.Random
) -> list[tuple[str, str]]:
    """(method, protocol) of trials that show one image."""
    if mode == "mos":
        return balance.crossed(count, methods, protocols, rng)
    kinds = balance.crossed(count, ["edit", REAL], protocols, rng)
    edits = balance.crossed(count, protocols, methods, rng)  # so that a method is not tied to a protocol
    turn = iter(method for _, method in edits)
    return [(next(turn) if kind == "edit" else kind, protocol) for kind, protocol in kinds]
