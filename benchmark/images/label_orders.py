"""The ways in which files of label maps say the 19 labels: as numbers in one of two orders, or as colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from methods.labels import FACE_PARSING_LABELS, LABELS
from registry.errors import UnknownNameError, unknown

LabelCode = Literal["celebamask-hq", "face-parsing", "palette"]
"""The dataset's own order, that of face-parsing.PyTorch, which many parsers follow, or the dataset's colours."""
LABEL_CODES: Final[tuple[LabelCode, ...]] = ("celebamask-hq", "face-parsing", "palette")
LABEL_ORDERS: Final[Mapping[LabelCode, tuple[str, ...]]] = {
    "celebamask-hq": LABELS,
    "face-parsing": FACE_PARSING_LABELS,
}
"""The label of each number, in the ways that have numbers."""


def label_code(name: str) -> LabelCode:
    """A way by its name.

    Raises:
        UnknownNameError: if there is no such way.
    """
    for code in LABEL_CODES:
        if name == code:
            return code
    raise UnknownNameError(unknown("order of labels", name, LABEL_CODES))


def order_in_words(code: LabelCode) -> str:
    """The labels of an order with their numbers: "0 background, 1 skin …"."""
    return ", ".join(f"{number} {name}" for number, name in enumerate(LABEL_ORDERS[code]))
