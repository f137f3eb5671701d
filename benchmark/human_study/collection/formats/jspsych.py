"""What jsPsych's `response` leaves open: in keyboard trials it is a key, in button trials a button's number from 0."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_lowercase

from benchmark.human_study.collection.rejections import Fault, Reason
from benchmark.runtime.cell_values import without_zero_decimals

_OF_KEYS = "keyboard-response"
"""How the names of the plugins end whose trials are answered by a key."""


def pressed_number(cells: Mapping[str, str], word: str, choice: str) -> Fault | None:
    """The fault of a keyboard trial's answer in which the number on a key is taken for a button's.

    Args:
        cells: of the row.
        word: the response.
        choice: what the column map says it means.
    """
    if not cells.get("trial_type", "").endswith(_OF_KEYS):
        return None
    key = without_zero_decimals(word)
    is_number = len(key) == 1 and key.isascii() and key.isdigit()
    if is_number and choice == ascii_lowercase[int(key)]:
        return Fault(Reason.UNKNOWN_OPTION, f"{key} is a key's number: say in `choices` which side it is")
    return None
