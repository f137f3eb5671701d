"""What a cell says, however the tool that wrote it spells missing values and numbers."""

from __future__ import annotations

import re

_MISSING = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none", "undefined"})
_WHOLE_FLOAT = re.compile(r"([+-]?[0-9]+)[.,]0*")


def is_missing(text: str) -> bool:
    """Whether a cell stands for no value, as R, pandas, spreadsheets, JSON and Python write it."""
    return text.strip().casefold() in _MISSING


def without_zero_decimals(text: str) -> str:
    """`4` for `4.0`, as pandas writes whole numbers of a column that lacks some; other text unchanged."""
    found = _WHOLE_FLOAT.fullmatch(text)
    return found[1] if found else text
