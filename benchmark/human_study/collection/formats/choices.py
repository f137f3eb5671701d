"""Which option a file's word for a choice means, given the order in which the rater saw the options."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase


def resolve_choice(word: str, shown: Sequence[str]) -> str:
    """The option that `left`, `right`, `a` or `Image A` means; any other word is returned unchanged.

    Args:
        word: a file's word for a choice: an option's id, `tie`, a score, or a position.
        shown: ids of the options as this rater saw them, left to right; never the study's own order.
    """
    low = word.lower().removeprefix("image ")
    if word in shown:
        return word
    if low in ("left", "right") and len(shown) == 2:
        return shown[0 if low == "left" else 1]
    if len(low) == 1 and low in ascii_lowercase[: len(shown)] and len(shown) > 1:
        return shown[ascii_lowercase.index(low)]
    return word


def resolve_button(number: int, shown: Sequence[str], numbers: set[int]) -> str | None:
    """The option that a button's number means, or None where the buttons may be numbered from 0 or from 1.

    Args:
        number: of the button that was chosen.
        shown: ids of the options as this rater saw them, left to right.
        numbers: every number that a button of the question has anywhere in the file.
    """
    first = 0 if 0 in numbers else 1 if len(shown) in numbers else None
    if first is None or not first <= number < first + len(shown):
        return None
    return shown[number - first]
