"""The trials of a study: which edits of which task are shown together, and in what order."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.human_study.design import balance
from benchmark.human_study.schema import Mode
from registry.errors import InputError

REAL: Final = "real"
"""Shown in place of a method's edit: the unedited photograph."""
MIN_METHODS: Final[dict[Mode, int]] = {"2afc": 2, "kway": 2, "mos": 1, "realfake": 1}

MAX_OPTIONS: Final = 8
"""Images on a screen: every one has a digit key, and so has a tie."""


@dataclass(frozen=True)
class TrialDesign:
    """A trial before it has ids.

    Attributes:
        shown: methods whose edits of the task are shown, left to right.
    """

    protocol: str
    task: int
    shown: tuple[str, ...]


def draw_trials(
    mode: Mode, num_trials: int, methods: Sequence[str], tasks: Mapping[str, Sequence[str]], rng: random.Random
) -> list[TrialDesign]:
    """Draw trials whose counts differ by at most one.

    In `2afc` every two methods are compared equally often, with every method equally often on either side; in `kway`
    all methods are shown, each equally often at every position; in `mos` every method is shown equally often; in
    `realfake` a real image is shown as often as an edit, and the edits come equally often from every method. Protocols
    take turns, and so do the attributes that tasks of one transfer; every task of an attribute is drawn before one is
    drawn again. A stretch of the trials is nearly as balanced as all of them.

    Args:
        mode: how they are judged.
        num_trials: checks not counted.
        methods: their labels.
        tasks: by protocol, the attribute of every task, whose number is its position; "" where there is none.
        rng: source of all randomness.

    Raises:
        InputError: if there are too few methods, or too few tasks for trials that all differ.
    """
    if num_trials < 1:
        raise InputError(f"--items {num_trials}: a study needs 1 or more")
    if len(methods) < MIN_METHODS[mode]:
        raise InputError(f"mode {mode} needs {MIN_METHODS[mode]} methods or more, and there are {len(methods)}")
    if mode == "kway" and len(methods) > MAX_OPTIONS:
        raise InputError(f"mode kway shows {len(methods)} methods at once, at most {MAX_OPTIONS} fit; use --methods")
    protocols = list(tasks)
    if mode == "2afc":
        cells = balance.balanced_pairs(num_trials, methods, protocols, rng)
        shown: Sequence[tuple[str, ...]] = balance.balanced_sides([pair for pair, _ in cells], rng)
    elif mode == "kway":
        cells = [(("", ""), protocol) for _, protocol in balance.balanced_grid(num_trials, [""], protocols, rng)]
        shown = balance.balanced_orders(num_trials, methods, rng)
    else:
        cells = [((label, ""), protocol) for label, protocol in _single(mode, num_trials, methods, protocols, rng)]
        shown = [(label,) for (label, _), _ in cells]
    try:
        assigned = balance.assign_tasks(cells, tasks, rng)
    except ValueError as error:
        raise InputError(f"--items {num_trials} is more than there are: {error}") from error
    rows = zip(cells, assigned, shown, strict=True)
    return [TrialDesign(protocol, task, labels) for (_, protocol), task, labels in rows]


def _single(
    mode: Mode, num_trials: int, methods: Sequence[str], protocols: Sequence[str], rng: random.Random
) -> list[tuple[str, str]]:
    """(method, protocol) of trials that show one image."""
    if mode == "mos":
        return balance.balanced_grid(num_trials, methods, protocols, rng)
    kinds = balance.balanced_grid(num_trials, ["edit", REAL], protocols, rng)
    edits = balance.balanced_grid(num_trials, protocols, methods, rng)  # so that a method is not tied to a protocol
    edited_by = iter(method for _, method in edits)
    return [(next(edited_by) if kind == "edit" else kind, protocol) for kind, protocol in kinds]
