"""Splits what is too long for one picture or one table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

Item = TypeVar("Item")


def pieces(items: Sequence[Item], most: int) -> list[Sequence[Item]]:
    """Items in as few runs of at most `most` as will do, of lengths as even as may be; one empty run of no items."""
    number = max(1, -(-len(items) // most))
    ends = [len(items) * each // number for each in range(number + 1)]
    return [items[start:end] for start, end in pairwise(ends)]
