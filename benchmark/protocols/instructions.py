"""Attributes as instructions in words, for people and for editors that are steered by text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_INSTRUCTIONS: Final[Mapping[str, str]] = {
    "5_o_Clock_Shadow": "Give the person a five o'clock shadow.",
    "Arched_Eyebrows": "Give the person arched eyebrows.",
    "Attractive": "Make the person attractive.",
    "Bags_Under_Eyes": "Give the person bags under the eyes.",
    "Bald": "Make the person bald.",
    "Bangs": "Give the person bangs.",
    "Big_Lips": "Give the person big lips.",
    "Big_Nose": "Give the person a big nose.",
    "Black_Hair": "Make the person's hair black.",
    "Blond_Hair": "Make the person's hair blond.",
    "Blurry": "Make the picture blurry.",
    "Brown_Hair": "Make the person's hair brown.",
    "Bushy_Eyebrows": "Give the person bushy eyebrows.",
    "Chubby": "Make the person chubby.",
    "Double_Chin": "Give the person a double chin.",
    "Eyeglasses": "Put eyeglasses on the person.",
    "Goatee": "Give the person a goatee.",
    "Gray_Hair": "Make the person's hair grey.",
    "Heavy_Makeup": "Put heavy make-up on the person.",
    "High_Cheekbones": "Give the person high cheekbones.",
    "Male": "Make the person a man.",
    "Mouth_Slightly_Open": "Open the person's mouth slightly.",
    "Mustache": "Give the person a moustache.",
    "Narrow_Eyes": "Make the person's eyes narrow.",
    "No_Beard": "Remove the person's beard.",
    "Oval_Face": "Make the person's face oval.",
    "Pale_Skin": "Make the person's skin pale.",
    "Pointy_Nose": "Give the person a pointy nose.",
    "Receding_Hairline": "Give the person a receding hairline.",
    "Rosy_Cheeks": "Give the person rosy cheeks.",
    "Sideburns": "Give the person sideburns.",
    "Smiling": "Make the person smile.",
    "Straight_Hair": "Make the person's hair straight.",
    "Wavy_Hair": "Make the person's hair wavy.",
    "Wearing_Earrings": "Put earrings on the person.",
    "Wearing_Hat": "Put a hat on the person.",
    "Wearing_Lipstick": "Put lipstick on the person.",
    "Wearing_Necklace": "Put a necklace on the person.",
    "Wearing_Necktie": "Put a necktie on the person.",
    "Young": "Make the person young.",
}
"""By the attribute of CelebA that the result is to have."""


def attribute_instruction(attribute: str) -> str:
    """The sentence that asks for an attribute which a face lacks."""
    known = _INSTRUCTIONS.get(attribute)
    return known or f"Give the person the attribute {attribute.replace('_', ' ')}."
