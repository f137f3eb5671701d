"""From factors to a picture and its exact label map."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.rendered_faces.renderer.accessories import draw_earrings, draw_glasses, draw_hat
from benchmark.datasets.rendered_faces.renderer.background import background
from benchmark.datasets.rendered_faces.renderer.canvas import Canvas, Field
from benchmark.datasets.rendered_faces.renderer.clothes import draw_clothes, draw_necklace
from benchmark.datasets.rendered_faces.renderer.eyes import draw_brows, draw_eyes
from benchmark.datasets.rendered_faces.renderer.factors import FaceFactors
from benchmark.datasets.rendered_faces.renderer.hair import draw_cap, draw_hair_behind, draw_locks
from benchmark.datasets.rendered_faces.renderer.head import draw_ears, draw_face, draw_neck
from benchmark.datasets.rendered_faces.renderer.mouth import draw_mouth
from benchmark.datasets.rendered_faces.renderer.nose import draw_nose
from benchmark.datasets.rendered_faces.renderer.scene import Scene
from benchmark.datasets.rendered_faces.renderer.style import Style

RENDERER_VERSION: Final[int] = 2
"""Raised whenever a factor's drawing or sampling changes; part of every cache key of rendered faces."""

MIN_SIZE: Final = 32
MAX_SIZE: Final = 512
_GRAIN_SIZE = MAX_SIZE + 256


@dataclass(frozen=True)
class RenderedFace:
    """A face: `image` (S, S, 3) uint8 RGB and `mask` (S, S) uint8 with labels 0..18 of `methods.labels.LABELS`."""

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]


def render(factors: FaceFactors, size: int) -> RenderedFace:
    """Draw a face at `size` x `size` pixels; a pure function of both, whose mask depends on the geometry alone.

    Raises:
        ValueError: If `size` is not within 32..512.
    """
    if not MIN_SIZE <= size <= MAX_SIZE:
        raise ValueError(f"size must be within {MIN_SIZE}..{MAX_SIZE} pixels: got {size}")
    scene = Scene(factors, Canvas(background(factors.style, size)))
    _draw(scene)
    return RenderedFace(image=_develop(scene.canvas.image, factors.style), mask=scene.canvas.labels)


def _draw(scene: Scene) -> None:
    locks_behind = scene.geometry.hair.ears_shown
    draw_hair_behind(scene)
    draw_neck(scene)
    draw_clothes(scene)
    draw_necklace(scene)
    if locks_behind:
        draw_locks(scene)
    draw_ears(scene)
    draw_face(scene)
    draw_mouth(scene)
    draw_nose(scene)
    draw_eyes(scene)
    draw_brows(scene)
    if not locks_behind:
        draw_locks(scene)
    draw_cap(scene)
    draw_glasses(scene)
    draw_hat(scene)
    draw_earrings(scene)


@lru_cache(maxsize=1)
def _grain() -> Field:
    return np.random.default_rng(3).standard_normal((_GRAIN_SIZE, _GRAIN_SIZE)).astype(np.float32)


def _develop(image: Field, style: Style) -> NDArray[np.uint8]:
    size = image.shape[1]
    top, left = style.seed % 251, style.seed // 251 % 251
    grain = _grain()[top : top + size, left : left + size]
    exposed = image * np.float32(255.0) + (grain * np.float32(255.0 * style.grain) + np.float32(0.5))
    planes = np.minimum(np.maximum(exposed, np.float32(0.0)), np.float32(255.0)).astype(np.uint8)
    return np.ascontiguousarray(planes.transpose(1, 2, 0))
