"""The vocabulary of CelebAMask-HQ: its 19 classes, their palette and flip pairs, and CelebA's 40 attributes.

Order and colours follow the dataset (Lee et al., CVPR 2020); a class's position is its label, an attribute's position
its column.
"""

from collections.abc import Sequence
from typing import Final

from registry.errors import InputError, UnknownNameError, unknown

LABELS: Final = (
    "background",
    "skin",
    "nose",
    "eye_g",
    "l_eye",
    "r_eye",
    "l_brow",
    "r_brow",
    "l_ear",
    "r_ear",
    "mouth",
    "u_lip",
    "l_lip",
    "hair",
    "hat",
    "ear_r",
    "neck_l",
    "neck",
    "cloth",
)
NUM_LABELS: Final = len(LABELS)
FACE_PARSING_LABELS: Final = (
    "background",
    "skin",
    "l_brow",
    "r_brow",
    "l_eye",
    "r_eye",
    "eye_g",
    "l_ear",
    "r_ear",
    "ear_r",
    "nose",
    "mouth",
    "u_lip",
    "l_lip",
    "neck",
    "neck_l",
    "cloth",
    "hair",
    "hat",
)
"""The same classes in the order of face-parsing.PyTorch, whose published network and label maps number them so."""

PALETTE: Final = (
    (0, 0, 0),
    (204, 0, 0),
    (76, 153, 0),
    (204, 204, 0),
    (51, 51, 255),
    (204, 0, 204),
    (0, 255, 255),
    (255, 204, 204),
    (102, 51, 0),
    (255, 0, 0),
    (102, 204, 0),
    (255, 255, 0),
    (0, 0, 153),
    (0, 0, 204),
    (255, 51, 153),
    (0, 204, 204),
    (0, 51, 0),
    (255, 153, 51),
    (0, 204, 0),
)
"""RGB of each label, as the dataset's own colour maps paint it."""

FLIP_PAIRS: Final = ((4, 5), (6, 7), (8, 9))
"""Labels that change places under a horizontal flip: eyes, brows, ears."""

MOUTH_LABELS: Final = (10, 11, 12)
"""mouth, u_lip, l_lip: the regions that attribute-transfer carries over for Smiling."""

ATTRIBUTES: Final = (
    "5_o_Clock_Shadow",
    "Arched_Eyebrows",
    "Attractive",
    "Bags_Under_Eyes",
    "Bald",
    "Bangs",
    "Big_Lips",
    "Big_Nose",
    "Black_Hair",
    "Blond_Hair",
    "Blurry",
    "Brown_Hair",
    "Bushy_Eyebrows",
    "Chubby",
    "Double_Chin",
    "Eyeglasses",
    "Goatee",
    "Gray_Hair",
    "Heavy_Makeup",
    "High_Cheekbones",
    "Male",
    "Mouth_Slightly_Open",
    "Mustache",
    "Narrow_Eyes",
    "No_Beard",
    "Oval_Face",
    "Pale_Skin",
    "Pointy_Nose",
    "Receding_Hairline",
    "Rosy_Cheeks",
    "Sideburns",
    "Smiling",
    "Straight_Hair",
    "Wavy_Hair",
    "Wearing_Earrings",
    "Wearing_Hat",
    "Wearing_Lipstick",
    "Wearing_Necklace",
    "Wearing_Necktie",
    "Young",
)
NUM_ATTRIBUTES: Final = len(ATTRIBUTES)


def numbered(labels: Sequence[str]) -> str:
    """Labels with their numbers: "0 background, 1 skin, …"."""
    return ", ".join(f"{number} {label}" for number, label in enumerate(labels))


def check_attribute_names(names: Sequence[str]) -> None:
    """Refuse names that cannot be those of attributes, whatever attributes the faces have.

    Raises:
        InputError: if there is none, one is no text, or one is named twice.
    """
    if not names:
        raise InputError("attributes must name at least one attribute")
    for position, name in enumerate(names):
        if not isinstance(name, str) or not name:
            raise InputError(f"attributes must name attributes, such as Smiling, not {name!r}")
        if name in names[:position]:
            raise InputError(f"attributes names {name!r} twice")


def attribute_columns(names: Sequence[str], known: Sequence[str] = ATTRIBUTES) -> tuple[int, ...]:
    """Columns that attributes have, in the order given.

    Args:
        names: of the attributes.
        known: the names of all columns: CelebA's, and those that a dataset adds.

    Raises:
        InputError: as `check_attribute_names`, or if one is not among those known.
    """
    check_attribute_names(names)
    for name in names:
        if name not in known:
            raise UnknownNameError(unknown("attribute", name, known))
    return tuple(known.index(name) for name in names)
