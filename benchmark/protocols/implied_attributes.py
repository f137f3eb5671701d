"""Which attributes an edit of another one ends or changes by its nature, so that no metric expects them to stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_HAIR_COLOURS: Final = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair")
_BEARDS: Final = ("5_o_Clock_Shadow", "Goatee", "Mustache", "Sideburns")
EXCLUDED: Final[Mapping[str, tuple[str, ...]]] = {
    "Bald": (*_HAIR_COLOURS, "Bangs", "Receding_Hairline", "Straight_Hair", "Wavy_Hair"),
    "Bangs": ("Receding_Hairline",),
    "Receding_Hairline": ("Bangs",),
    "Straight_Hair": ("Wavy_Hair",),
    "Wavy_Hair": ("Straight_Hair",),
    "No_Beard": _BEARDS,
    **{colour: tuple(other for other in _HAIR_COLOURS if other != colour) for colour in _HAIR_COLOURS},
    **dict.fromkeys(_BEARDS, ("No_Beard",)),
}
"""By attribute, those that a face with it cannot have, which the request of it therefore ends."""
IMPLIED: Final[Mapping[str, tuple[str, ...]]] = {
    **EXCLUDED,
    # A smile opens the mouth and lifts the cheeks; the mask's lips are the source's, whatever their size.
    "Smiling": ("Mouth_Slightly_Open", "High_Cheekbones", "Big_Lips"),
    # On photographs the whole mouth is the source's, who may smile.
    "Mouth_Slightly_Open": ("Smiling", "High_Cheekbones", "Big_Lips"),
    "Male": (*_BEARDS, "No_Beard", "Heavy_Makeup", "Wearing_Lipstick"),
    "Heavy_Makeup": ("Wearing_Lipstick", "Rosy_Cheeks"),
    "Chubby": ("Oval_Face",),
    "Oval_Face": ("Chubby",),
    "Wearing_Hat": ("Bangs", "Bald", "Receding_Hairline"),
    **dict.fromkeys((*_BEARDS, "No_Beard"), (*_BEARDS, "No_Beard")),
}
"""By attribute, those that an edit of it may change."""
