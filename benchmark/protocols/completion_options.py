"""Options of completion: which holes hide a part of a face, and how much of it."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

RECTANGLE: Final = "rectangle"
BRUSH: Final = "brush"
PART: Final = "part"
KINDS: Final = (RECTANGLE, BRUSH, PART)
SMALLEST: Final = 0.001
"""The least share of an image that is told from nothing, and stands in a hole's name without an exponent."""
NARROWEST: Final = 0.05
"""The least width of a range of areas: a single stroke may cover almost as much."""


@dataclass(frozen=True, kw_only=True)
class CompletionOptions:
    """Every option of the protocol's card.

    Attributes:
        hole: `rectangle`; `brush`, free-form strokes; `part`, one of mouth, eyes and hair; or a list of them, which the
            tasks take in turns.
        areas: shares of the image between which holes of `brush` lie, in ascending order: each two that follow one
            another are a range, and the tasks take the ranges in turns.
        count: faces wanted; fewer where the test split does not have as many.
    """

    hole: str | tuple[str, ...] = KINDS
    areas: tuple[float, ...] = (0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
    count: int = 1000

    def __post_init__(self) -> None:
        """Refuse holes that cannot be made.

        Raises:
            ValueError: naming the option and its value.
        """
        if not self.kinds or (unknown := [kind for kind in self.kinds if kind not in KINDS]):
            raise ValueError(f"hole is {unknown[0] if self.kinds else '[]'}; holes are {', '.join(KINDS)}")
        if len(self.areas) < 2 or not (self.areas[0] >= SMALLEST and self.areas[-1] < 1):
            raise ValueError(
                f"areas is {list(self.areas)}; it has two shares of the image or more, from {SMALLEST:g} to less than 1"
            )
        for least, most in self.ranges:
            if not round(most - least, 9) >= NARROWEST:
                raise ValueError(f"areas goes from {least:g} to {most:g}; ranges are at least {NARROWEST:g} wide")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of holes that tasks take in turns."""
        return (self.hole,) if isinstance(self.hole, str) else tuple(self.hole)

    @property
    def ranges(self) -> list[tuple[float, float]]:
        """Ranges of areas of holes of `brush`."""
        return list(pairwise(self.areas))
