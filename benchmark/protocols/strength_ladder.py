"""Ladders of strengths, at each of which a protocol has a task of every edit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise


def check_strengths(strengths: Sequence[float]) -> None:
    """Refuse what is no ladder.

    Raises:
        ValueError: saying what one is.
    """
    if not strengths or not all(0 <= strength < math.inf for strength in strengths):
        raise ValueError(f"strengths is {list(strengths)}; it has one or more, each 0 or more")
    if any(one >= other for one, other in pairwise(strengths)):
        raise ValueError(f"strengths is {list(strengths)}; they are in ascending order, none twice")


def listed(strengths: Sequence[float]) -> str:
    """As rules say them: "0, 0.25, 0.5"."""
    return ", ".join(f"{strength:g}" for strength in strengths)
