"""The CelebA attributes that a rendered face's factors mean."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.rendered_faces.renderer.factors import FaceFactors
from benchmark.datasets.rendered_faces.renderer.style import HairColour
from methods.labels import ATTRIBUTES


def _hair_is(name: HairColour) -> Callable[[FaceFactors], bool]:
    return lambda f: f.geometry.hair.length != "bald" and f.style.growth.name == name


# A threshold lies inside the gap that the sampler leaves between the two sides.
_MEANING: dict[str, Callable[[FaceFactors], bool]] = {
    "5_o_Clock_Shadow": lambda f: f.style.growth.beard == "shadow",
    "Arched_Eyebrows": lambda f: f.geometry.brows.arch > 0.1,
    "Bags_Under_Eyes": lambda f: f.style.skin.bags > 0.25,
    "Bald": lambda f: f.geometry.hair.length == "bald",
    "Bangs": lambda f: f.geometry.hair.length != "bald" and f.geometry.hair.hairline == "bangs",
    "Big_Lips": lambda f: f.geometry.mouth.fullness > 0.125,
    "Big_Nose": lambda f: f.geometry.nose.width > 0.25,
    "Black_Hair": _hair_is("black"),
    "Blond_Hair": _hair_is("blond"),
    "Brown_Hair": _hair_is("brown"),
    "Bushy_Eyebrows": lambda f: f.geometry.brows.thickness > 0.07,
    "Chubby": lambda f: f.geometry.head.cheek > 1.05,
    "Double_Chin": lambda f: f.geometry.head.double_chin > 0.0,
    "Eyeglasses": lambda f: f.geometry.accessories.glasses != "none",
    "Goatee": lambda f: f.style.growth.beard == "goatee",
    "Gray_Hair": _hair_is("gray"),
    "Heavy_Makeup": lambda f: f.style.makeup.eye_shadow_opacity > 0.35,
    "Mouth_Slightly_Open": lambda f: f.geometry.expression.opening > 0.2,
    "Mustache": lambda f: f.style.growth.beard in ("mustache", "full"),
    "Narrow_Eyes": lambda f: f.geometry.eyes.height < 0.08,
    "No_Beard": lambda f: f.style.growth.beard == "none",
    "Oval_Face": lambda f: f.geometry.head.jaw < 0.75,
    "Pale_Skin": lambda f: f.style.skin.pale,
    "Receding_Hairline": lambda f: f.geometry.hair.length != "bald" and f.geometry.hair.hairline == "receding",
    "Rosy_Cheeks": lambda f: f.style.skin.blush > 0.2,
    "Smiling": lambda f: f.geometry.expression.smile > 0.3,
    "Straight_Hair": lambda f: f.geometry.hair.length != "bald" and f.geometry.hair.wave == 0.0,
    "Wavy_Hair": lambda f: f.geometry.hair.length != "bald" and f.geometry.hair.wave > 0.0,
    "Wearing_Earrings": lambda f: f.geometry.accessories.earrings != "none",
    "Wearing_Hat": lambda f: f.geometry.accessories.hat != "none",
    "Wearing_Lipstick": lambda f: f.style.makeup.lipstick is not None,
    "Wearing_Necklace": lambda f: f.geometry.accessories.necklace,
}

KNOWN_ATTRIBUTES: tuple[str, ...] = tuple(name for name in ATTRIBUTES if name in _MEANING)
"""The attributes that a rendered face can carry, in CelebA's order."""


def attributes(factors: FaceFactors) -> NDArray[np.uint8]:
    """Return the face's (40,) attributes in {0, 1}; those outside `KNOWN_ATTRIBUTES` are 0."""
    return np.array([name in _MEANING and _MEANING[name](factors) for name in ATTRIBUTES], dtype=np.uint8)
