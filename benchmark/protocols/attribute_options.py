"""Options of attribute-transfer and attribute-strengths: which attributes, how many tasks of each, how strong."""

from dataclasses import dataclass, field
from typing import Final

from benchmark.protocols.strength_ladder import check_strengths

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


@dataclass(frozen=True, kw_only=True)
class AttributeStrengthsOptions:
    """Every option of the card of attribute-strengths.

    Attributes:
        attribute: an attribute that the dataset knows.
        strengths: how far edits are to go, in ascending order: 0 leaves the target, 1 is the whole edit. Every pair of
            faces has a task at each of them.
        count: pairs wanted; fewer where the test split does not have as many.
    """

    attribute: str = "Smiling"
    strengths: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
    count: int = 400

    def __post_init__(self) -> None:
        """Refuse what is no ladder of strengths, or more than one attribute.

        Raises:
            ValueError: naming the option and its value.
        """
        check_strengths(self.strengths)
        if self.attribute == ALL:
            raise ValueError(f"attribute is {ALL}; it must be one attribute")
