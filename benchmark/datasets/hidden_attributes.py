"""Attributes that cannot be seen on a face that has another one: a bald head shows no hair colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HIDDEN_BY: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair", "Straight_Hair", "Wavy_Hair"),
        ("Bald",),
    ),
    "Bald": ("Wearing_Hat",),
    "Bangs": ("Bald", "Wearing_Hat"),
    "Receding_Hairline": ("Bald", "Wearing_Hat"),
    "Wearing_Hat": ("Bald",),
}
"""By attribute, those that a face must lack for it to get the attribute and nothing else that it does not imply."""
