"""Ids that a spreadsheet took for numbers when it opened a file, and wrote back as such."""

from __future__ import annotations

import re
from collections.abc import Collection

from benchmark.runtime.cell_values import without_zero_decimals
from registry.errors import quoted

_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E[+-]\d+")
_DIGITS_KEPT = 15


def looks_computed(text: str) -> bool:
    """Whether a spreadsheet wrote it: `1.23E+10` may be any of many ids, so that none can be recovered from it."""
    return _SCIENTIFIC.fullmatch(text) is not None


def damage(text: str, known: Collection[str]) -> str | None:
    """What a spreadsheet did to an id, in words; None where nothing suggests it.

    Args:
        text: found where an id should be.
        known: ids that would be valid there.
    """
    if text in known:
        return None
    if looks_computed(text):
        return f"{quoted(text)} was an id before a spreadsheet made it a number"
    digits = without_zero_decimals(text)
    if not (digits.isascii() and digits.isdigit()):
        return None
    for id in known:
        if id.isdigit() and digits.lstrip("0") == id.lstrip("0"):
            return f"{quoted(text)} was {id!r} before a spreadsheet made it a number"
        if id.isdigit() and len(id) == len(digits) > _DIGITS_KEPT and id[:_DIGITS_KEPT] == digits[:_DIGITS_KEPT]:
            return f"{quoted(text)} has lost digits of an id: a spreadsheet keeps {_DIGITS_KEPT}"
    return None
