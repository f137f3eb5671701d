"""Options of attribute-transfer: which attributes, and how many tasks of each."""

from dataclasses import dataclass, field
from typing import Final

ALL: Final = "all"
"""Stands for every attribute that the dataset knows and has pairs of."""


@dataclass(frozen=True, kw_only=True)
class AttributeTransferOptions:
    """Every option of the protocol's card.

    Attributes:
        attribute: an attribute that the dataset knows, a list of them, or `all`; it may be written `attributes`
            too. Several have their own tasks and figures, and the protocol's figure is the mean over attributes.
        count: pairs wanted of each attribute; fewer where the test split does not have as many.
        strength: how far edits are to go, from 0: 1 is the whole edit, less a part of it, more beyond it.
    """

    attribute: str | list[str] = field(default="Smiling", metadata={"also": "attributes"})
    count: int = 400
    strength: float = field(default=1.0, metadata={"later": True})
