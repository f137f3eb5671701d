"""What papers claim of methods, as cards list it: that one method is better than another, or a figure of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

_NAME = r"^[a-z0-9][a-z0-9-]*$"
_LABEL = r"^[a-z0-9][a-z0-9-]*(\+.+)?$"


class ClaimSetting(BaseModel):
    """Where a paper found an ordering, as far as it says so; named beside a verdict that was reached elsewhere.

    Attributes:
        dataset: a registered name, or in words one that is not registered.
        size: side of the square images in pixels.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    dataset: str | None = None
    size: int | None = Field(default=None, ge=1)


class _Claim(BaseModel):
    """What every claim says.

    Attributes:
        id: unique on its card.
        statement: the claim in our own words.
        source: table or section of the paper that makes it.
        metric: the registered metric that it is tested by.
        protocol: the registered protocol that it is tested under.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(pattern=_NAME)
    statement: str = Field(min_length=1)
    source: str = Field(min_length=1)
    metric: str = Field(pattern=_NAME)
    protocol: str = Field(pattern=_NAME)


class OrderingClaim(_Claim):
    """One method is better than another.

    Attributes:
        better: the method that is claimed to be better, with its variant, as in run folders.
        worse: the method that it is better than.
        setting: where the paper found it.
    """

    better: str = Field(pattern=_LABEL)
    worse: str = Field(pattern=_LABEL)
    setting: ClaimSetting = ClaimSetting()

    @property
    def labels(self) -> tuple[str, ...]:
        """The methods that it is about."""
        return (self.better, self.worse)


class NumberClaim(_Claim):
    """A figure of a method on data, at a size.

    Attributes:
        value: the figure, in the unit of the metric here.
        dataset: the registered dataset that it is of.
        size: side of the square images in pixels.
        method: whose it is, with its variant; the card's own where it is not said.
        tolerance: by how much a figure may differ and still be the same; a twentieth of the value where it is not said.
    """

    value: float = Field(allow_inf_nan=False)
    dataset: str
    size: int = Field(ge=1)
    method: str | None = Field(default=None, pattern=_LABEL)
    tolerance: float | None = Field(default=None, gt=0, allow_inf_nan=False)


def _kind(content: Any) -> Literal["ordering", "number"]:
    """Of a claim's content: a number where it has a value."""
    has_value = "value" in content if isinstance(content, dict) else isinstance(content, NumberClaim)
    return "number" if has_value else "ordering"


Claim = Annotated[
    Annotated[OrderingClaim, Tag("ordering")] | Annotated[NumberClaim, Tag("number")], Discriminator(_kind)
]
"""Either kind, which its keys tell."""


def check_ids(claims: Sequence[Claim]) -> None:
    """Refuse an id that a card uses twice, and an ordering of a method with itself.

    Raises:
        ValueError: naming it.
    """
    known: set[str] = set()
    for claim in claims:
        if claim.id in known:
            raise ValueError(f"two claims have the id {claim.id!r}")
        known.add(claim.id)
        if isinstance(claim, OrderingClaim) and claim.better == claim.worse:
            raise ValueError(f"claim {claim.id!r}: better and worse are both {claim.better!r}")
