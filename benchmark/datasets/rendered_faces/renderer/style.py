"""The factors that colour a rendered face without moving its label map, and how they are drawn at random.

Colours are RGB in [0, 1]. Factors that an attribute reads are sampled with a gap between the two sides.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Colour = tuple[float, float, float]
HairColour = Literal["black", "brown", "blond", "gray", "red"]
Beard = Literal["none", "shadow", "goatee", "mustache", "full"]

_HAIR: dict[HairColour, tuple[Colour, Colour]] = {
    "black": ((0.05, 0.045, 0.05), (0.11, 0.10, 0.11)),
    "brown": ((0.26, 0.14, 0.08), (0.46, 0.28, 0.16)),
    "blond": ((0.80, 0.62, 0.26), (0.95, 0.82, 0.48)),
    "gray": ((0.55, 0.56, 0.58), (0.82, 0.83, 0.85)),
    "red": ((0.58, 0.20, 0.07), (0.80, 0.34, 0.12)),
}
_SKIN_DARK: Colour = (0.36, 0.22, 0.15)
_SKIN_LIGHT: Colour = (0.87, 0.66, 0.52)
_SKIN_PALE: Colour = (0.95, 0.86, 0.82)
_EYES: tuple[Colour, ...] = ((0.24, 0.14, 0.08), (0.24, 0.42, 0.68), (0.26, 0.50, 0.30), (0.46, 0.34, 0.16))
_LIPSTICKS: tuple[Colour, ...] = ((0.80, 0.06, 0.14), (0.86, 0.14, 0.46), (0.52, 0.05, 0.26), (0.92, 0.28, 0.16))
_SHADOWS: tuple[Colour, ...] = ((0.20, 0.24, 0.62), (0.48, 0.18, 0.56), (0.10, 0.46, 0.46), (0.22, 0.12, 0.14))
_METALS: tuple[Colour, ...] = ((0.93, 0.74, 0.26), (0.82, 0.84, 0.88), (0.86, 0.52, 0.42))


@dataclass(frozen=True, slots=True)
class Skin:
    """Tone, cheeks' blush in [0, 1], number of freckles, bags under the eyes in [0, 1], whether the tone is pale."""

    tone: Colour
    pale: bool
    blush: float
    freckles: int
    bags: float


@dataclass(frozen=True, slots=True)
class Makeup:
    """Eye shadow (opacity 0: none), lashes' darkness in [0, 1] and lipstick (None: natural lips)."""

    eye_shadow: Colour
    eye_shadow_opacity: float
    lashes: float
    lipstick: Colour | None


@dataclass(frozen=True, slots=True)
class Growth:
    """Hair's and brows' colour with the hair's name and shine in [0, 1]; the beard drawn on the skin, its density."""

    name: HairColour
    hair: Colour
    brow: Colour
    shine: float
    beard: Beard
    beard_density: float


@dataclass(frozen=True, slots=True)
class Fabric:
    """Colours of what is worn; stripes in [0, 1] blends the trim into the cloth."""

    cloth: Colour
    trim: Colour
    stripes: float
    hat: Colour
    frame: Colour
    metal: Colour


@dataclass(frozen=True, slots=True)
class Scenery:
    """Two background colours, the gradient's direction in radians, and how cloudy it is."""

    near: Colour
    far: Colour
    direction: float
    clouds: float


@dataclass(frozen=True, slots=True)
class Light:
    """Direction towards the light (x right, y down) and the contrast it makes."""

    x: float
    y: float
    contrast: float


@dataclass(frozen=True, slots=True)
class Style:
    """Everything that leaves the label map where it is; `seed` drives textures and grain of deviation `grain`."""

    skin: Skin
    makeup: Makeup
    growth: Growth
    eye: Colour
    fabric: Fabric
    scenery: Scenery
    light: Light
    seed: int
    grain: float


def sample_style(rng: np.random.Generator) -> Style:
    """Draw a style; equal generator states give equal styles."""
    heavy = rng.random() < 0.42
    return Style(
        skin=_sample_skin(rng, heavy),
        makeup=_sample_makeup(rng, heavy),
        growth=_sample_growth(rng, heavy),
        eye=_jitter(rng, _EYES[int(rng.integers(len(_EYES)))], 0.05),
        fabric=_sample_fabric(rng),
        scenery=_sample_scenery(rng),
        light=Light(x=_between(rng, -0.75, 0.75), y=_between(rng, -0.7, -0.2), contrast=_between(rng, 0.65, 1.05)),
        seed=int(rng.integers(2**31)),
        grain=_between(rng, 0.006, 0.022),
    )


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return low + (high - low) * rng.random()


def _mix(first: Colour, second: Colour, amount: float) -> Colour:
    red, green, blue = (a + (b - a) * amount for a, b in zip(first, second, strict=True))
    return red, green, blue


def _jitter(rng: np.random.Generator, colour: Colour, amount: float) -> Colour:
    red, green, blue = (min(max(c + amount * (2.0 * rng.random() - 1.0), 0.02), 0.99) for c in colour)
    return red, green, blue


def _vivid(rng: np.random.Generator, saturation: tuple[float, float], value: tuple[float, float]) -> Colour:
    hue, s, v = 6.0 * rng.random(), _between(rng, *saturation), _between(rng, *value)
    red, green, blue = (
        v * (1.0 - s * max(0.0, min(k, 4.0 - k, 1.0))) for k in ((5 + hue) % 6, (3 + hue) % 6, (1 + hue) % 6)
    )
    return red, green, blue


def _sample_skin(rng: np.random.Generator, heavy: bool) -> Skin:
    pale = rng.random() < 0.22
    tone = _SKIN_PALE if pale else _mix(_SKIN_DARK, _SKIN_LIGHT, rng.random() ** 0.75)
    rosy = rng.random() < (0.7 if heavy else 0.25)
    return Skin(
        tone=_jitter(rng, tone, 0.025),
        pale=pale,
        blush=_between(rng, 0.4, 0.6) if rosy else _between(rng, 0.0, 0.08),
        freckles=int(rng.integers(25, 60)) if rng.random() < 0.2 else 0,
        bags=_between(rng, 0.5, 0.8) if rng.random() < 0.25 else 0.0,
    )


def _sample_makeup(rng: np.random.Generator, heavy: bool) -> Makeup:
    shade = _SHADOWS[int(rng.integers(len(_SHADOWS)))]
    lipstick = _LIPSTICKS[int(rng.integers(len(_LIPSTICKS)))]
    painted = heavy or rng.random() < 0.12
    return Makeup(
        eye_shadow=_jitter(rng, shade, 0.06),
        eye_shadow_opacity=_between(rng, 0.7, 0.95) if heavy else 0.0,
        lashes=_between(rng, 0.8, 1.0) if heavy else _between(rng, 0.1, 0.45),
        lipstick=_jitter(rng, lipstick, 0.06) if painted else None,
    )


def _sample_growth(rng: np.random.Generator, heavy: bool) -> Growth:
    names = tuple(_HAIR)
    name = names[int(np.searchsorted((0.26, 0.52, 0.72, 0.86), rng.random()))]
    hair = _jitter(rng, _mix(*_HAIR[name], rng.random()), 0.02)
    beards: tuple[Beard, ...] = ("shadow", "goatee", "mustache", "full")
    bearded = rng.random() < (0.1 if heavy else 0.55)
    return Growth(
        name=name,
        hair=hair,
        brow=_mix(hair, (0.10, 0.07, 0.06), _between(rng, 0.35, 0.75)),
        shine=_between(rng, 0.3, 1.0),
        beard=beards[int(rng.integers(len(beards)))] if bearded else "none",
        beard_density=_between(rng, 0.8, 0.95),
    )


def _sample_fabric(rng: np.random.Generator) -> Fabric:
    dark_frame = rng.random() < 0.7
    return Fabric(
        cloth=_vivid(rng, (0.1, 0.85), (0.2, 0.95)),
        trim=_vivid(rng, (0.0, 0.6), (0.3, 1.0)),
        stripes=_between(rng, 0.5, 0.9) if rng.random() < 0.3 else 0.0,
        hat=_vivid(rng, (0.05, 0.65), (0.25, 0.85)),
        frame=_vivid(rng, (0.0, 0.4), (0.03, 0.14)) if dark_frame else _vivid(rng, (0.5, 0.9), (0.3, 0.6)),
        metal=_jitter(rng, _METALS[int(rng.integers(len(_METALS)))], 0.05),
    )


def _sample_scenery(rng: np.random.Generator) -> Scenery:
    near = _vivid(rng, (0.1, 0.65), (0.15, 0.85))
    return Scenery(
        near=near,
        far=_mix(near, _vivid(rng, (0.0, 0.7), (0.1, 0.95)), _between(rng, 0.25, 0.7)),
        direction=_between(rng, 0.0, 6.28),
        clouds=_between(rng, 0.05, 0.3),
    )
