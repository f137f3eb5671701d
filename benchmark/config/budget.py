"""A training budget as people write it: `300cpu-s`, `30gpu-min`, `2e15flop`, `200k-images`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from typing import Final, Literal

from registry.errors import InputError

Quantity = Literal["cpu", "gpu", "flop", "images"]
_UNITS: Final[dict[str, tuple[Quantity, float]]] = {
    "cpu-s": ("cpu", 1.0),
    "cpu-min": ("cpu", 60.0),
    "cpu-h": ("cpu", 3600.0),
    "gpu-s": ("gpu", 1.0),
    "gpu-min": ("gpu", 60.0),
    "gpu-h": ("gpu", 3600.0),
    "flop": ("flop", 1.0),
    "images": ("images", 1.0),
}
_MULTIPLES: Final = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}
_BUDGET: Final = re.compile(
    rf"(?P<number>\d+(?:\.\d+)?(?:e\+?\d+)?)(?P<multiple>[kMGTP]?)-?(?P<unit>{'|'.join(_UNITS)})"
)


@dataclass(frozen=True)
class Budget:
    """How much training may cost.

    Attributes:
        quantity: seconds of processor time, seconds on a GPU, floating-point operations, or training images.
        amount: above zero.
        text: as it was written.
    """

    quantity: Quantity
    amount: float
    text: str


def parse_budget(text: str) -> Budget:
    """Read a budget.

    Raises:
        InputError: if it is none.
    """
    match = _BUDGET.fullmatch(text.strip())
    amount = 0.0
    if match is not None:
        quantity, factor = _UNITS[match["unit"]]
        amount = float(match["number"]) * _MULTIPLES[match["multiple"]] * factor
    if match is None or not (amount > 0 and isfinite(amount)):
        raise InputError(
            f"budget {text!r}: write an amount above zero with its unit, such as 300cpu-s, 30gpu-min, 2e15flop or "
            f"200k-images; units are {', '.join(_UNITS)}"
        )
    return Budget(quantity, amount, text.strip())
