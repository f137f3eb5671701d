"""Checks that options make of their own values; no module of options imports torch, since cards are read without it."""

from collections.abc import Sequence


class CheckedOptions:
    """Options that refuse what nothing could be built or trained with."""

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


def require_style_encoder(style_widths: Sequence[int], outer_kernel: int) -> None:
    """Refuse options that no `StyleEncoder` could be built with.

    Raises:
        ValueError: naming the option and its value.
    """
    if len(style_widths) != 3 or not all(isinstance(width, int) and width > 0 for width in style_widths):
        raise ValueError(f"style_widths must be three widths (strides 1, 2, 4), not {style_widths}")
    if outer_kernel < 1 or outer_kernel % 2 == 0:
        raise ValueError(f"outer_kernel must be odd, not {outer_kernel}")
