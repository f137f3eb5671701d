"""The skin's relief under the light and the colours laid on it: blush, eye shadow, bags, beard."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.rendered_faces.renderer.canvas import Field, Patch
from benchmark.datasets.rendered_faces.renderer.scene import Scene, rgb
from benchmark.datasets.rendered_faces.renderer.style import Beard

_EXTENT = 1.5
_TEXELS = 64
_BEARD_SPOTS: dict[Beard, tuple[tuple[float, ...], ...]] = {
    # weight, x, y (y in units of the face's length), deviation in x, in y
    "goatee": ((3.0, 0.0, 0.84, 0.17, 0.10), (1.6, 0.0, 0.97, 0.2, 0.08)),
    "mustache": ((3.0, -0.13, 0.435, 0.13, 0.045), (3.0, 0.13, 0.435, 0.13, 0.045)),
    "full": (
        (2.2, -0.13, 0.435, 0.15, 0.045),
        (2.2, 0.13, 0.435, 0.15, 0.045),
        (3.0, 0.0, 0.92, 0.34, 0.14),
        (2.6, -0.55, 0.74, 0.16, 0.18),
        (2.6, 0.55, 0.74, 0.16, 0.18),
        (1.8, -0.82, 0.40, 0.09, 0.22),
        (1.8, 0.82, 0.40, 0.09, 0.22),
    ),
}


@lru_cache(maxsize=1)
def _axis() -> Field:
    return np.linspace(-_EXTENT, _EXTENT, 2 * _TEXELS + 1)[1::2].astype(np.float32)


@lru_cache(maxsize=1)
def _dome() -> Field:
    squared = (_axis() / 1.12) ** 2 + ((_axis()[:, None] / 1.5) ** 2)
    dome: Field = (-0.36 * squared - 0.08 * squared**2).astype(np.float32)
    return dome


def spots(scene: Scene, rows: list[tuple[float, ...]]) -> Field:
    """Return a sum of Gaussians on the head plane, (64, 64), from rows of weight, x, y and the two deviations."""
    table = np.array(rows, dtype=np.float64)
    centre = scene.frame.project_face(table[:, 1:3])
    across = np.exp(-0.5 * ((_axis() - centre[:, :1]) / table[:, 3:4]) ** 2)
    down = np.exp(-0.5 * ((_axis() - centre[:, 1:]) / table[:, 4:5]) ** 2)
    total: Field = ((down * table[:, :1]).T @ across).astype(np.float32)
    return total


def _mirrored(*rows: tuple[float, ...]) -> list[tuple[float, ...]]:
    return [(w, side * x, y, sx, sy) for w, x, y, sx, sy in rows for side in (-1.0, 1.0)]


def _relief(scene: Scene) -> Field:
    face = scene.geometry
    tip, wing = face.nose.length, face.nose.width
    bumps = [
        (0.10, 0.0, 0.12, 0.10, 0.16),
        (0.11, 0.0, tip - 0.05, 0.55 * wing, 0.13),
        (0.06, 0.0, 0.68, 0.34, 0.2),
        (0.04, 0.0, 0.86 * face.head.length, 0.24, 0.14),
        (0.05, 0.0, -0.62, 0.5, 0.22),
        (-0.02, 0.0, 0.93, 0.26, 0.06),
        *_mirrored(
            (-0.10, face.eyes.spacing, 0.0, 0.22, 0.13),
            (0.07, 0.56, 0.34, 0.24, 0.2),
            (0.05, 0.42, -0.32, 0.26, 0.08),
            (0.025, 0.75 * wing, tip - 0.02, 0.08, 0.08),
        ),
    ]
    return _dome() + spots(scene, bumps)


def _lit(scene: Scene) -> Field:
    height, light = _relief(scene), scene.style.light
    texel = np.float32(_TEXELS / (2.0 * _EXTENT) / 2.0)
    slope_x, slope_y = np.zeros_like(height), np.zeros_like(height)
    slope_x[:, 1:-1] = (height[:, :-2] - height[:, 2:]) * texel
    slope_y[1:-1] = (height[:-2] - height[2:]) * texel
    facing = (slope_x * np.float32(light.x) + slope_y * np.float32(light.y) + np.float32(0.95)) / np.sqrt(
        slope_x**2 + slope_y**2 + np.float32(1.0)
    )
    lit: Field = np.maximum(facing, 0.0)
    return lit


def _lay(texture: Field, amount: Field, colour: Field) -> None:
    texture += (colour - texture) * amount


def _texture(scene: Scene) -> Field:
    contrast, lit = np.float32(scene.style.light.contrast), _lit(scene)
    tone = scene.skin
    # Shaded skin turns redder as light scatters under it; lit skin takes a little of the lamp's white.
    shade = np.float32(1.0) + contrast * (lit - np.float32(0.93)) * rgb((0.85, 1.0, 1.06))
    texture: Field = tone * np.maximum(shade, np.float32(0.18))
    texture += np.maximum(lit - np.float32(0.98), 0.0) * np.float32(0.5) * contrast
    _lay_makeup(scene, texture)
    return texture


def _lay_makeup(scene: Scene, texture: Field) -> None:
    face, skin, makeup = scene.geometry, scene.style.skin, scene.style.makeup
    spacing, rim = face.eyes.spacing, face.eyes.height
    if skin.blush > 0.02:
        cheeks = spots(scene, _mirrored((1.0, 0.58, 0.38, 0.2, 0.17)))
        blush = scene.skin * rgb((1.02, 0.58, 0.58)) + rgb((0.1, 0.0, 0.02))
        _lay(texture, cheeks * np.float32(skin.blush), blush)
    if skin.bags > 0.0:
        bags = spots(scene, _mirrored((0.9, spacing - 0.03, rim + 0.1, 0.14, 0.045)))
        _lay(texture, bags * np.float32(skin.bags), scene.skin * rgb((0.5, 0.42, 0.52)))
    if makeup.eye_shadow_opacity > 0.0:
        lids = spots(
            scene, _mirrored((1.25, spacing, -rim - 0.045, 0.15, 0.065), (0.5, spacing + 0.14, -rim, 0.1, 0.08))
        )
        _lay(texture, np.minimum(lids, 1.0) * np.float32(makeup.eye_shadow_opacity), rgb(makeup.eye_shadow))


def _beard(scene: Scene) -> Field:
    growth, length = scene.style.growth, scene.geometry.head.length
    if growth.beard == "none":
        return np.zeros((_TEXELS, _TEXELS), np.float32)
    shape = _BEARD_SPOTS["full" if growth.beard == "shadow" else growth.beard]
    density = growth.beard_density * (0.6 if growth.beard == "shadow" else 1.0)
    wide = scene.geometry.head.jaw / 0.8
    total = spots(scene, [(w, x * wide, y * length * 0.97, sx, sy) for w, x, y, sx, sy in shape])
    amount: Field = np.clip(total * np.float32(1.6) - np.float32(0.45), 0.0, 1.0) * np.float32(density)
    return amount


@lru_cache(maxsize=1)
def _stubble() -> Field:
    return np.random.default_rng(11).uniform(0.72, 1.12, (768, 768)).astype(np.float32)


def skin_colours(scene: Scene, patch: Patch) -> Field:
    """Return the lit skin (3, h, w) over a patch, beard included."""
    texture = np.concatenate((_texture(scene), _beard(scene)[None])).transpose(1, 2, 0)
    size, (height, width) = scene.canvas.size, patch.alpha.shape
    matrix: NDArray[np.float64] = scene.frame.texture_matrix(patch, size, _EXTENT, _TEXELS)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = np.asarray(
        cv2.warpAffine(texture, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32
    )
    planes = np.ascontiguousarray(warped.transpose(2, 0, 1))
    colours, beard = planes[:3], planes[3]
    if scene.style.growth.beard != "none":
        hair = rgb(scene.style.growth.brow) * np.float32(0.8)
        start = scene.style.seed % 200
        _lay(colours, beard * _stubble()[start : start + height, start : start + width], hair)
    return colours
