"""How often options are shown, with whom and where: schedules whose counts differ by one at most."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import cycle, islice, pairwise
from typing import Final, TypeVar

Thing = TypeVar("Thing")
Pair = tuple[str, str]
_NOBODY: Final = ""
"""Meets every method that has an odd number of trials, so that all can be walked in closed rounds."""


def crossed(count: int, rows: Sequence[Thing], columns: Sequence[str], rng: random.Random) -> list[tuple[Thing, str]]:
    """So many cells of rows × columns, each row equally often, and each column.

    Row and column meet in every way before any way repeats.

    Args:
        count: cells wanted.
        rows: at least one.
        columns: at least one.
        rng: decides which come first.
    """
    rows, columns = rng.sample(rows, len(rows)), rng.sample(columns, len(columns))
    # in step, rows and columns of lengths with a common factor would never meet in some ways
    period = math.lcm(len(rows), len(columns))
    return [(rows[place % len(rows)], columns[(place + place // period) % len(columns)]) for place in range(count)]


def met(count: int, methods: Sequence[str], protocols: Sequence[str], rng: random.Random) -> list[tuple[Pair, str]]:
    """So many (pair of methods, protocol), protocols by turns.

    Every two methods meet equally often, under each protocol too; every method is shown equally often, and under each
    protocol to two trials.

    Args:
        count: trials wanted.
        methods: two or more.
        protocols: at least one.
        rng: decides who meets when.
    """
    protocols = rng.sample(protocols, len(protocols))
    turns = [protocols[place % len(protocols)] for place in range(count)]
    meetings = cycle(_meetings(methods, rng))
    under = {protocol: list(islice(meetings, turns.count(protocol))) for protocol in protocols}
    return [(under[protocol].pop(0), protocol) for protocol in turns]


def _meetings(methods: Sequence[str], rng: random.Random) -> list[Pair]:
    """Every two methods, in an order in which none is ever shown two times more than another.

    An even number meets in rounds, in each of which everyone has a partner (a round-robin tournament). An odd number
    parts into closed tours of all (Walecki's construction), of which every other meeting comes first.
    """
    *ring, hub = rng.sample(methods, len(methods))
    size = len(ring)
    rounds: list[list[Pair]] = []
    if size % 2:
        for turn in range(size):
            around = [(ring[(turn + step) % size], ring[turn - step]) for step in range(1, size // 2 + 1)]
            rounds.append([(hub, ring[turn]), *around])
            rng.shuffle(rounds[-1])
    else:
        for turn in range(size // 2):
            zigzag = [(turn + (step + 1) // 2 * (-1) ** (step + 1)) % size for step in range(size)]
            tour = [hub, *(ring[each] for each in zigzag)]
            steps = [*pairwise(tour), (tour[-1], hub)]
            rounds.append(steps[::2] + steps[1::2])
    rng.shuffle(rounds)
    return [meeting for each in rounds for meeting in each]


def sided(pairs: Sequence[Pair], rng: random.Random) -> list[Pair]:
    """Each pair as (left, right): every pair stands either way equally often, and every method on either side.

    What is left of pairs once two of a kind face opposite ways is a graph without repeated edges. Walking it in closed
    rounds (Euler) enters every method as often as it leaves it, but where an odd number of trials forbids.

    Args:
        pairs: with repeats.
        rng: decides which way each faces.
    """
    places: dict[Pair, list[int]] = defaultdict(list)
    for place, pair in enumerate(pairs):
        places[pair].append(place)
    facing = list(pairs)
    left_over: dict[Pair, int] = {}
    for (one, other), mine in places.items():
        rng.shuffle(mine)
        for number, place in enumerate(mine):
            facing[place] = (one, other) if number % 2 else (other, one)
        if len(mine) % 2:
            left_over[one, other] = mine[-1]
    for left, right in _rounds(left_over, rng):
        place = left_over[left, right] if (left, right) in left_over else left_over[right, left]
        facing[place] = (left, right)
    return facing


def _rounds(edges: Sequence[Pair] | dict[Pair, int], rng: random.Random) -> Iterator[Pair]:
    """Each edge once, directed so that every end is entered as often as left, or once more or less."""
    around: dict[str, list[str]] = defaultdict(list)
    for one, other in edges:
        around[one].append(other)
        around[other].append(one)
    for odd in [each for each, others in around.items() if len(others) % 2]:
        around[odd].append(_NOBODY)
        around[_NOBODY].append(odd)
    starts = sorted(around)
    rng.shuffle(starts)
    for others in around.values():
        rng.shuffle(others)
    for start in starts:
        here = start
        while around[here]:  # ends only where it began: elsewhere what was entered can be left
            there = around[here].pop()
            around[there].remove(here)
            if _NOBODY not in (here, there):
                yield here, there
            here = there


def ordered(count: int, things: Sequence[str], rng: random.Random) -> list[tuple[str, ...]]:
    """So many orders of the things, each thing at each place equally often."""
    orders: list[tuple[str, ...]] = []
    while len(orders) < count:
        first = rng.sample(things, len(things))
        orders.extend(tuple(first[turn:] + first[:turn]) for turn in range(len(first)))
    return orders[:count]


def spread(cells: Sequence[tuple[Thing, str]], available: dict[str, int], rng: random.Random) -> list[int]:
    """A task for each (row, protocol) cell: none twice for equal cells, and each of a protocol's tasks equally often.

    Args:
        cells: with repeats.
        available: by protocol, how many tasks there are, numbered from 0.
        rng: decides which come first.

    Raises:
        ValueError: naming the protocol, if a cell is wanted more often than there are tasks.
    """
    places: dict[tuple[Thing, str], list[int]] = defaultdict(list)
    for place, cell in enumerate(cells):
        places[cell].append(place)
    tasks = {protocol: rng.sample(range(number), number) for protocol, number in available.items()}
    given: dict[str, int] = defaultdict(int)
    found = [0] * len(cells)
    for (_, protocol), mine in places.items():
        if len(mine) > available[protocol]:
            raise ValueError(f"{protocol} has {available[protocol]} tasks, and {len(mine)} are needed of each kind")
        for place in mine:  # consecutive, so different tasks
            found[place] = tasks[protocol][given[protocol] % available[protocol]]
            given[protocol] += 1
    return found
