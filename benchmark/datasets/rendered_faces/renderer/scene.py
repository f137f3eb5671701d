"""What every drawing step shares: the canvas, the head's frame, the factors and the light."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.rendered_faces.renderer.canvas import Canvas, Field, Patch
from benchmark.datasets.rendered_faces.renderer.factors import FaceFactors
from benchmark.datasets.rendered_faces.renderer.frame import HeadFrame
from benchmark.datasets.rendered_faces.renderer.style import Colour
from methods.labels import LABELS, NUM_LABELS

LABEL = {name: position for position, name in enumerate(LABELS)}
_TABLES = 64
_ENTRIES = 512
_STEPS = 8


class Scene:
    """One face being drawn."""

    def __init__(self, factors: FaceFactors, canvas: Canvas) -> None:
        """Set up the frame and the skin's colour for the factors."""
        self.geometry = factors.geometry
        self.style = factors.style
        self.canvas = canvas
        self.frame = HeadFrame(factors.geometry.pose)
        self.skin = rgb(factors.style.skin.tone)

    def plane_of(self, patch: Patch) -> tuple[Field, Field]:
        """Return the head-plane x and y, each (h, w), of a patch's pixels."""
        return self.frame.plane_of(patch, self.canvas.size)

    def roundness(self, x: Field, y: Field, width: float, height: float) -> Field:
        """Return the light's factor, about 0.5 to 1.3, on a bulge of these half extents around the origin."""
        light = self.style.light
        along = x * np.float32(0.34 * light.x / width) + y * np.float32(0.34 * light.y / height)
        round_off = np.minimum((x / np.float32(width)) ** 2, 1.2)
        factor: Field = np.float32(0.98) + np.float32(light.contrast) * (along - np.float32(0.16) * round_off)
        return factor


def rgb(colour: Colour) -> Field:
    """Return a colour as a (3, 1, 1) array, ready to spread over a patch."""
    return np.array(colour, dtype=np.float32).reshape(3, 1, 1)


@lru_cache(maxsize=32)
def receiving(*names: str) -> NDArray[np.bool_]:
    """Return the (19,) mask of the named labels, for `Canvas.shadow`."""
    return np.isin(np.arange(NUM_LABELS), [LABEL[name] for name in names])


@lru_cache(maxsize=_TABLES)
def _strand_table(index: int) -> Field:
    noise = np.random.default_rng((7, index)).standard_normal((2, _ENTRIES))
    fine = np.convolve(np.tile(noise[0], 2), (0.25, 0.5, 0.25), "same")[:_ENTRIES]
    coarse = np.convolve(np.tile(noise[1], 2), np.hanning(13), "same")[:_ENTRIES]
    knots = np.clip(0.55 * fine / fine.std() + 0.65 * coarse / coarse.std(), -2.2, 2.2)
    between = np.arange(_ENTRIES * _STEPS) / _STEPS
    table: Field = np.interp(between, np.arange(_ENTRIES), knots).astype(np.float32)
    return table


def strands(seed: int, along: Field) -> Field:
    """Return smooth one-dimensional noise, about N(0, 1), at a coordinate that runs one entry a unit."""
    entry = (along * np.float32(_STEPS)).astype(np.int32) & np.int32(_ENTRIES * _STEPS - 1)
    value: Field = _strand_table(seed % _TABLES)[entry]
    return value
