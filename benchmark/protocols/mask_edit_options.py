"""Options of mask-edits: which edits, at which strengths, and how the simulated hand draws."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Final

from benchmark.protocols.strength_ladder import check_strengths

EDITS: Final = (
    "wider mouth",
    "larger eyes",
    "raised brows",
    "thicker brows",
    "longer nose",
    "longer hair",
    "wider face",
    "narrower face",
    "glasses",
)
"""The true edits, in the order in which tasks take turns."""


@dataclass(frozen=True, kw_only=True)
class Hand:
    """How far a user's drawing of a part is off at strength 1; every error grows in proportion to the strength.

    Lengths are shares of the face's width, so that a hand is the same at every size and distance.

    Attributes:
        jitter: standard deviation by which the boundary wanders: 2% is 1.5 pixels of a face 75 pixels wide, about what
            a mouse or a finger misses a line by on a face that fills a screen.
        correlation: distance over which the wandering turns: long enough for bulges rather than ragged edges, since a
            hand errs slowly, and short against a mouth's width, which is about a third of the face's or more.
        smoothing: standard deviation of the Gaussian that rounds corners and thins points, as a brush of that radius
            does; as large as the jitter, since the same hand makes both.
        polygon: the most that a boundary of straight lines leaves the curve it follows, for users who click corners;
            less than the jitter, which it would hide otherwise.
        shift: standard deviation by which the part as a whole is misplaced, in each direction.
        scale: standard deviation of the logarithm by which the part is too large or too small; one larger than a third
            of the face's width is off by as many pixels as one of that size, since hands misjudge lengths, not shares.
        brush: radius of the round brush that spills over the boundary and leaves holes; a thirtieth of the face's
            width is a middling brush of a mask editor.
        spills: strokes that run over the boundary.
        holes: spots left out of the part, which are forgotten by users who fill an outline by hand.
        blunder: strength from which on a part is also forgotten or drawn twice: of eyes or brows one is missing, or
            any part is doubled beside itself. No user who looks at the drawing leaves that, so it is for the highest.
    """

    jitter: float = 0.02
    correlation: float = 0.15
    smoothing: float = 0.02
    polygon: float = 0.01
    shift: float = 0.02
    scale: float = 0.08
    brush: float = 0.03
    spills: int = 2
    holes: int = 2
    blunder: float = 2.0

    def __post_init__(self) -> None:
        """Refuse hands that cannot draw.

        Raises:
            ValueError: naming the option and its value.
        """
        for field in fields(Hand):
            value = getattr(self, field.name)
            if not 0 <= value < math.inf:
                raise ValueError(f"{field.name} is {value}; it must be 0 or more")
        if self.correlation < SHORTEST:
            raise ValueError(f"correlation is {self.correlation:g}; it must be {SHORTEST:g} or more")

    @property
    def differences(self) -> str:
        """What it does otherwise than the default hand: "jitter 0.04, holes 0"; empty where nothing."""
        changed = [field.name for field in fields(Hand) if getattr(self, field.name) != field.default]
        return ", ".join(f"{name} {getattr(self, name):g}" for name in changed)


SHORTEST: Final = 0.01
"""The least correlation, of the face's width: a pixel or so at most sizes."""


@dataclass(frozen=True, kw_only=True)
class MaskEditsOptions(Hand):
    """Every option of the protocol's card.

    Attributes:
        edit: `wider mouth`, `larger eyes`, `raised brows`, `thicker brows`, `longer nose`, `longer hair`, `wider face`,
            `narrower face` or `glasses`; or a list of them, which the tasks take in turns.
        strengths: of the hand, in ascending order: 0 draws the true mask, 1 is a user in a hurry, 2 one who does not
            care. Every pair of a face and an edit has a task at each of them.
        count: pairs of a face and an edit that are wanted; fewer where the test split does not have as many.
    """

    edit: str | tuple[str, ...] = EDITS
    strengths: tuple[float, ...] = (0.0, 0.25, 0.5, 1.0, 2.0)
    count: int = 200

    def __post_init__(self) -> None:
        """Refuse edits and strengths that there cannot be.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        if not self.edits or (unknown := [name for name in self.edits if name not in EDITS]):
            raise ValueError(f"edit is {unknown[0] if self.edits else '[]'}; edits are {', '.join(EDITS)}")
        check_strengths(self.strengths)

    @property
    def edits(self) -> tuple[str, ...]:
        """The edits that tasks take in turns."""
        return (self.edit,) if isinstance(self.edit, str) else tuple(self.edit)
