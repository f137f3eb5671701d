"""Checks that options make of their own values; no module of options imports torch, since cards are read without it."""

from collections.abc import Sequence
from dataclasses import dataclass


class CheckedOptions:
    """Options that refuse what nothing could be built or trained with."""

    def __post_init__(self) -> None:
        """Refuse nothing: classes below refuse what their own options rule out, and call this."""

    def require_at_least(self, least: int, *names: str) -> None:
        """Refuse options below `least`.

        Raises:
            ValueError: naming the first such option and its value.
        """
        for name in names:
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, not {getattr(self, name)}")

    def require_share(self, name: str) -> None:
        """Refuse an option outside [0, 1].

        Raises:
            ValueError: naming the option and its value.
        """
        if not 0 <= getattr(self, name) <= 1:
            raise ValueError(f"{name} must be in [0, 1], not {getattr(self, name)}")

    def require_decay(self, name: str) -> None:
        """Refuse an option outside [0, 1), where a moving average would never move.

        Raises:
            ValueError: naming the option and its value.
        """
        if not 0 <= getattr(self, name) < 1:
            raise ValueError(f"{name} must be at least 0 and below 1, not {getattr(self, name)}")


@dataclass(frozen=True, kw_only=True)
class WorkingSizeOptions(CheckedOptions):
    """The size at which a method works, inside comparisons at larger ones.

    Attributes:
        max_size: largest side in pixels at which it is trained and edits, as it was published; larger images are shrunk
            for it and its edits enlarged (`methods.shared.working_size`); 0 works at any.
    """

    max_size: int = 0

    def __post_init__(self) -> None:
        """Refuse a negative size.

        Raises:
            ValueError: naming the option and its value.
        """
        super().__post_init__()
        self.require_at_least(0, "max_size")


def require_doublings(what: str, size: int, start: int) -> int:
    """How many doublings lead from `start` pixels a side to `size`, two at least.

    Args:
        what: whose size it is, as the message names it.
        size: side of the images in pixels.
        start: side at which the doublings begin.

    Raises:
        ValueError: naming the size, if none lead there.
    """
    doubled, rest = divmod(size, start)
    if rest or doubled < 4 or doubled & (doubled - 1):
        raise ValueError(f"{what} needs a size that is {start} times a power of two, {4 * start} at least, not {size}")
    return doubled.bit_length() - 1


def require_style_encoder(style_widths: Sequence[int], outer_kernel: int) -> None:
    """Refuse options that no `StyleEncoder` could be built with.

    Raises:
        ValueError: naming the option and its value.
    """
    if len(style_widths) != 3 or not all(isinstance(width, int) and width > 0 for width in style_widths):
        raise ValueError(f"style_widths must be three widths (strides 1, 2, 4), not {style_widths}")
    if outer_kernel < 1 or outer_kernel % 2 == 0:
        raise ValueError(f"outer_kernel must be odd, not {outer_kernel}")
