"""The factors that decide a rendered face's label map, and how they are drawn at random.

Lengths are in head units (half a face's width is about 1, x to the image's right, y down, origin between the eyes and
the nose); the pose carries head units into the image. Factors that an attribute reads are sampled with a gap between
the two sides, so that the attribute can be seen.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

HairLength = Literal["bald", "short", "medium", "long"]
Hairline = Literal["open", "swept", "bangs", "receding"]
Hat = Literal["none", "brim", "beanie"]
Glasses = Literal["none", "round", "square"]
Earrings = Literal["none", "stud", "drop"]


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the head lies: angles in radians, centre in fractions of the image, image fractions a head unit."""

    yaw: float
    pitch: float
    roll: float
    centre_x: float
    centre_y: float
    scale: float


@dataclass(frozen=True, slots=True)
class Head:
    """The face's outline: half widths at cheek, jaw and chin, the chin's depth, and the double chin's (0: none)."""

    temple: float
    cheek: float
    jaw: float
    chin: float
    length: float
    double_chin: float
    ear: float


@dataclass(frozen=True, slots=True)
class Eyes:
    """Distance of an eye from the midline, half width, half height, and the outer corner's rise."""

    spacing: float
    width: float
    height: float
    tilt: float


@dataclass(frozen=True, slots=True)
class Brows:
    """Half thickness, the arch's rise, the inner end's drop, and height above the eye."""

    thickness: float
    arch: float
    slant: float
    height: float


@dataclass(frozen=True, slots=True)
class Nose:
    """Half width at the wings and the tip's height below the eyes."""

    width: float
    length: float


@dataclass(frozen=True, slots=True)
class Mouth:
    """Half width at rest, thickness of a lip, and the cupid's bow."""

    width: float
    fullness: float
    bow: float


@dataclass(frozen=True, slots=True)
class Expression:
    """Smile in [-1, 1] (negative: corners down) and opening in [0, 1] (0: lips closed)."""

    smile: float
    opening: float


@dataclass(frozen=True, slots=True)
class Hair:
    """Length, hairline, wave in [0, 1] (0: straight) with its phase, volume, parting in [-1, 1], ears left free."""

    length: HairLength
    hairline: Hairline
    wave: float
    phase: float
    volume: float
    parting: float
    reach: float
    ears_shown: bool


@dataclass(frozen=True, slots=True)
class Accessories:
    """What is worn."""

    hat: Hat
    glasses: Glasses
    earrings: Earrings
    necklace: bool


@dataclass(frozen=True, slots=True)
class Body:
    """Half width of the neck, drop of the shoulders, depth and sharpness (0 round, 1 pointed) of the neckline."""

    neck: float
    shoulder: float
    neckline: float
    v_neck: float


@dataclass(frozen=True, slots=True)
class Geometry:
    """Everything that decides the label map; two faces of one geometry have one mask, whatever their style."""

    pose: Pose
    head: Head
    eyes: Eyes
    brows: Brows
    nose: Nose
    mouth: Mouth
    expression: Expression
    hair: Hair
    accessories: Accessories
    body: Body


def sample_geometry(rng: np.random.Generator) -> Geometry:
    """Draw a geometry; equal generator states give equal geometries."""
    accessories = _sample_accessories(rng)
    return Geometry(
        pose=_sample_pose(rng),
        head=_sample_head(rng),
        eyes=Eyes(
            spacing=_between(rng, 0.41, 0.47),
            width=_between(rng, 0.20, 0.24),
            height=_either(rng, 0.25, (0.045, 0.06), (0.105, 0.145)),
            tilt=_between(rng, -0.015, 0.05),
        ),
        brows=Brows(
            thickness=_either(rng, 0.3, (0.085, 0.11), (0.035, 0.055)),
            arch=_either(rng, 0.35, (0.13, 0.18), (0.0, 0.06)),
            slant=_between(rng, -0.05, 0.06),
            height=_between(rng, 0.27, 0.33),
        ),
        nose=Nose(
            width=_either(rng, 0.3, (0.28, 0.34), (0.17, 0.22)),
            length=_between(rng, 0.35, 0.42),
        ),
        mouth=Mouth(
            width=_between(rng, 0.33, 0.39),
            fullness=_either(rng, 0.35, (0.145, 0.17), (0.08, 0.105)),
            bow=_between(rng, 0.1, 0.35),
        ),
        expression=_sample_expression(rng),
        hair=_sample_hair(rng, accessories.hat),
        accessories=accessories,
        body=Body(
            neck=_between(rng, 0.5, 0.62),
            shoulder=_between(rng, 0.3, 0.5),
            neckline=_between(rng, 0.3, 0.45) if accessories.necklace else _between(rng, 0.08, 0.45),
            v_neck=_between(rng, 0.0, 1.0),
        ),
    )


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return low + (high - low) * rng.random()


def _either(rng: np.random.Generator, chance: float, yes: tuple[float, float], no: tuple[float, float]) -> float:
    return _between(rng, *(yes if rng.random() < chance else no))


def _sample_pose(rng: np.random.Generator) -> Pose:
    return Pose(
        yaw=float(np.clip(0.14 * rng.standard_normal(), -0.3, 0.3)),
        pitch=_between(rng, -0.1, 0.1),
        roll=float(np.clip(0.06 * rng.standard_normal(), -0.16, 0.16)),
        centre_x=_between(rng, 0.47, 0.53),
        centre_y=_between(rng, 0.48, 0.51),
        scale=_between(rng, 0.255, 0.28),
    )


def _sample_head(rng: np.random.Generator) -> Head:
    kind = rng.random()
    if kind < 0.25:  # chubby
        cheek, jaw, chin, length = (1.1, 1.17), (0.96, 1.04), (0.46, 0.54), (1.16, 1.24)
    elif kind < 0.65:  # oval
        cheek, jaw, chin, length = (0.9, 0.95), (0.6, 0.67), (0.24, 0.3), (1.24, 1.34)
    else:  # square
        cheek, jaw, chin, length = (0.97, 1.02), (0.82, 0.9), (0.36, 0.44), (1.14, 1.22)
    double = rng.random() < (0.55 if kind < 0.25 else 0.03)
    return Head(
        temple=_between(rng, 0.97, 1.04),
        cheek=_between(rng, *cheek),
        jaw=_between(rng, *jaw),
        chin=_between(rng, *chin),
        length=_between(rng, *length),
        double_chin=_between(rng, 0.12, 0.18) if double else 0.0,
        ear=_between(rng, 0.24, 0.32),
    )


def _sample_expression(rng: np.random.Generator) -> Expression:
    if rng.random() < 0.5:
        opening = _either(rng, 0.65, (0.5, 1.0), (0.0, 0.0))
        return Expression(smile=_between(rng, 0.7, 1.0), opening=opening)
    opening = _either(rng, 0.3, (0.5, 0.9), (0.0, 0.0))
    return Expression(smile=_between(rng, -0.8, -0.1), opening=opening)


def _sample_hair(rng: np.random.Generator, hat: Hat) -> Hair:
    lengths: tuple[HairLength, ...] = ("bald", "short", "medium", "long")
    hairlines: tuple[Hairline, ...] = ("open", "swept", "bangs", "receding")
    # A hat hides the crown: what it covers must not be named by an attribute.
    length = lengths[_pick(rng, (0.0, 0.4, 0.7) if hat != "none" else (0.1, 0.45, 0.7))]
    hairline = hairlines[_pick(rng, (0.28, 0.52, 0.86))]
    if hat != "none" or (length != "short" and hairline == "receding"):
        hairline = "open"
    return Hair(
        length=length,
        hairline=hairline,
        wave=_either(rng, 0.42, (0.6, 1.0), (0.0, 0.0)),
        phase=_between(rng, 0.0, 6.28),
        volume=_between(rng, 0.08, 0.26),
        parting=_between(rng, -0.55, 0.55),
        reach=_between(rng, 0.0, 1.0),
        ears_shown=length in ("bald", "short") or rng.random() < 0.3,
    )


def _sample_accessories(rng: np.random.Generator) -> Accessories:
    hats: tuple[Hat, ...] = ("none", "brim", "beanie")
    glasses: tuple[Glasses, ...] = ("none", "round", "square")
    earrings: tuple[Earrings, ...] = ("none", "stud", "drop")
    return Accessories(
        hat=hats[_pick(rng, (0.84, 0.92))],
        glasses=glasses[_pick(rng, (0.8, 0.9))],
        earrings=earrings[_pick(rng, (0.7, 0.82))],
        necklace=rng.random() < 0.25,
    )


def _pick(rng: np.random.Generator, steps: tuple[float, ...]) -> int:
    draw = rng.random()
    return sum(draw >= step for step in steps)
