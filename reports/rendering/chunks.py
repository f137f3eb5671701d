"""Splits what is too long for one picture or one table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

Item = TypeVar("Item")


def chunks(items: Sequence[Item], most: int) -> list[Sequence[Item]]:
    """Items in as few chunks of at most `most` as will do, of lengths as even as may be; one empty run of no items."""
    count = max(1, -(-len(items) // most))
    ends = [len(items) * number // count for number in range(count + 1)]
    return [items[start:end] for start, end in pairwise(ends)]
