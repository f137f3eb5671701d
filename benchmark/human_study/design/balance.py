"""Balanced schedules: how often options are shown, beside which others and on which side, to within one."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice, pairwise
from typing import Final, TypeVar

Row = TypeVar("Row")
Pair = tuple[str, str]
_SPARED: Final = 0.2
"""Share of an attribute's tasks that trials leave to attention checks, twice as many as there are of these."""
_NOBODY: Final = ""
"""Paired with every method that has an odd number of trials, so that all edges can be walked in closed rounds."""


def balanced_grid(count: int, rows: Sequence[Row], columns: Sequence[str], rng: random.Random) -> list[tuple[Row, str]]:
    """`count` cells of rows × columns, with every row equally often, and every column.

    Every combination of row and column comes before any is repeated.

    Args:
        count: number of cells.
        rows: at least one.
        columns: at least one.
        rng: decides which come first.
    """
    rows, columns = rng.sample(rows, len(rows)), rng.sample(columns, len(columns))
    # walked in step, rows and columns whose lengths have a common factor would miss some combinations
    period = math.lcm(len(rows), len(columns))
    return [(rows[index % len(rows)], columns[(index + index // period) % len(columns)]) for index in range(count)]


def balanced_pairs(
    count: int, methods: Sequence[str], protocols: Sequence[str], rng: random.Random
) -> list[tuple[Pair, str]]:
    """`count` (pair of methods, protocol), with protocols taking turns.

    Every two methods are compared equally often, under each protocol too; every method is shown equally often, and
    under each protocol to within two trials.

    Args:
        count: number of trials.
        methods: two or more.
        protocols: at least one.
        rng: decides the order of the pairs.
    """
    protocols = rng.sample(protocols, len(protocols))
    turns = [protocols[index % len(protocols)] for index in range(count)]
    pairs = cycle(_round_robin(methods, rng))
    pairs_of = {protocol: list(islice(pairs, turns.count(protocol))) for protocol in protocols}
    return [(pairs_of[protocol].pop(0), protocol) for protocol in turns]


def _round_robin(methods: Sequence[str], rng: random.Random) -> list[Pair]:
    """Every two methods, in an order in which none is ever shown two times more than another.

    An even number meets in rounds, in each of which everyone has a partner (a round-robin tournament). An odd number
    is split into closed tours of all (Walecki's construction), of which every other pair comes first.
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
            tour = [hub, *(ring[position] for position in zigzag)]
            steps = [*pairwise(tour), (tour[-1], hub)]
            rounds.append(steps[::2] + steps[1::2])
    rng.shuffle(rounds)
    return [pair for pairs in rounds for pair in pairs]


def balanced_sides(pairs: Sequence[Pair], rng: random.Random) -> list[Pair]:
    """Each pair as (left, right): every pair stands either way equally often, and every method on either side.

    Of two equal pairs one faces each way; what is left over is a graph without repeated edges. Walking it in closed
    rounds (Euler) enters every method as often as it leaves it, but where an odd number of trials forbids.

    Args:
        pairs: some of them equal.
        rng: decides which way each pair faces.
    """
    indices_of: dict[Pair, list[int]] = defaultdict(list)
    for index, pair in enumerate(pairs):
        indices_of[pair].append(index)
    facing = list(pairs)
    left_over: dict[Pair, int] = {}
    for (one, other), indices in indices_of.items():
        rng.shuffle(indices)
        for number, index in enumerate(indices):
            facing[index] = (one, other) if number % 2 else (other, one)
        if len(indices) % 2:
            left_over[one, other] = indices[-1]
    for left, right in _euler_walk(left_over, rng):
        index = left_over[left, right] if (left, right) in left_over else left_over[right, left]
        facing[index] = (left, right)
    return facing


def _euler_walk(edges: Sequence[Pair] | dict[Pair, int], rng: random.Random) -> Iterator[Pair]:
    """Each edge once, directed so that every end is entered as often as left, or once more or less."""
    around: dict[str, list[str]] = defaultdict(list)
    for one, other in edges:
        around[one].append(other)
        around[other].append(one)
    for odd in [end for end, others in around.items() if len(others) % 2]:
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


def balanced_orders(count: int, methods: Sequence[str], rng: random.Random) -> list[tuple[str, ...]]:
    """`count` orders of the methods, with every method equally often at every position."""
    orders: list[tuple[str, ...]] = []
    while len(orders) < count:
        first = rng.sample(methods, len(methods))
        orders.extend(tuple(first[turn:] + first[:turn]) for turn in range(len(first)))
    return orders[:count]


def assign_tasks(
    cells: Sequence[tuple[Row, str]], attributes: Mapping[str, Sequence[str]], rng: random.Random
) -> list[int]:
    """A task for each (row, protocol) cell: different ones for equal cells, and every task of a protocol equally often.

    Where the tasks of a protocol transfer several attributes, every row gets each of them equally often, to within one,
    and so do all rows together, to within two, as far as each has tasks; all tasks of an attribute then come equally
    often.

    Args:
        cells: some of them equal.
        attributes: by protocol, the attribute of every task, whose number is its position.
        rng: decides which come first.

    Raises:
        ValueError: naming the protocol, if a cell is wanted more often than there are tasks.
    """
    for (_, protocol), number in Counter(cells).items():
        if number > (available := len(attributes[protocol])):
            raise ValueError(f"{protocol} has {available} tasks, and {number} are needed of each kind")
    orders = {protocol: rng.sample(range(len(names)), len(names)) for protocol, names in attributes.items()}
    tasks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for protocol, order in orders.items():
        for task in order:
            tasks[protocol, attributes[protocol][task]].append(task)
    indices_of: dict[tuple[Row, str, str], list[int]] = defaultdict(list)
    for index, ((row, protocol), attribute) in enumerate(zip(cells, _attributes_in_turn(cells, tasks), strict=True)):
        indices_of[row, protocol, attribute].append(index)
    num_assigned: Counter[tuple[str, str]] = Counter()
    assigned = [0] * len(cells)
    for (_, protocol, attribute), indices in indices_of.items():
        available_tasks = tasks[protocol, attribute]
        for index in indices:  # consecutive, so different tasks
            assigned[index] = available_tasks[num_assigned[protocol, attribute] % len(available_tasks)]
            num_assigned[protocol, attribute] += 1
    return assigned


def _attributes_in_turn(
    cells: Sequence[tuple[Row, str]], tasks: Mapping[tuple[str, str], Sequence[int]]
) -> Iterator[str]:
    """The attribute of each cell: of those that its row had least often, the one that all rows had least often.

    One of which few tasks are left has no turn while others have more, so that attention checks can show such tasks.
    """
    of_protocol: dict[str, list[str]] = defaultdict(list)
    for protocol, attribute in tasks:
        of_protocol[protocol].append(attribute)
    of_row: Counter[tuple[Row, str, str]] = Counter()
    of_all: Counter[tuple[str, str]] = Counter()
    for row, protocol in cells:
        left = [name for name in of_protocol[protocol] if of_row[row, protocol, name] < len(tasks[protocol, name])]
        many = [name for name in left if of_all[protocol, name] < (1 - _SPARED) * len(tasks[protocol, name]) - 1]
        chosen = min(many or left, key=lambda name: (of_row[row, protocol, name], of_all[protocol, name]))
        of_row[row, protocol, chosen] += 1
        of_all[protocol, chosen] += 1
        yield chosen
