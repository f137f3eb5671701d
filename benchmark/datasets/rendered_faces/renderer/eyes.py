"""Eyes and brows."""

import math

import numpy as np

from benchmark.datasets.rendered_faces.renderer.canvas import Field, Patch
from benchmark.datasets.rendered_faces.renderer.scene import LABEL, Scene, rgb, strands
from benchmark.datasets.rendered_faces.renderer.shapes import Points, ribbon, smooth_open

_EYE_LABEL = {1: LABEL["l_eye"], -1: LABEL["r_eye"]}
_BROW_LABEL = {1: LABEL["l_brow"], -1: LABEL["r_brow"]}
# A brow's thickness from its inner end to its outer one, at the 25 points of its spine.
_TAPER = np.interp(np.linspace(0, 1, 25), (0.0, 0.12, 0.5, 1.0), (0.65, 0.95, 1.0, 0.25))
_WHITE: Field = rgb((0.95, 0.94, 0.93))
_DARK: Field = rgb((0.04, 0.03, 0.03))


def draw_eyes(scene: Scene) -> None:
    """Draw both eyes: white, iris, pupil, highlight, the lids' creases and lashes."""
    lids = [_lids(scene, side) for side in (1, -1)]
    for side, (upper, lower) in zip((1, -1), lids, strict=True):
        opening = scene.canvas.cover(np.concatenate((upper, lower[::-1])))
        scene.canvas.paint(opening, _eye_colours(scene, opening, side), _EYE_LABEL[side])
    _draw_lashes(scene, lids)


def draw_brows(scene: Scene) -> None:
    """Draw both brows."""
    for side in (1, -1):
        _draw_brow(scene, side)


def _lids(scene: Scene, side: int) -> tuple[Points, Points]:
    eyes = scene.geometry.eyes
    along = np.array((-1.0, -0.6, 0.0, 0.6, 1.0))
    rise = -eyes.tilt * (along + 1.0) / 2.0
    x = side * (eyes.spacing + eyes.width * along)
    upper = rise - eyes.height * np.array((-0.15, 0.75, 1.0, 0.85, 0.0))
    lower = rise + eyes.height * np.array((0.15, 0.6, 0.85, 0.7, 0.0))
    return (
        scene.frame.on_face(smooth_open(np.stack((x, upper), axis=1))),
        scene.frame.on_face(smooth_open(np.stack((x, lower), axis=1))),
    )


def _eye_colours(scene: Scene, opening: Patch, side: int) -> Field:
    canvas, size = scene.canvas, scene.canvas.size
    centre: Points = scene.frame.on_face(np.array(((side * scene.geometry.eyes.spacing, -0.015),)))[0]
    radius = 0.108 * scene.frame.scale
    distance, iris = canvas.distance_within(opening, centre), rgb(scene.style.eye)
    colours = np.empty((3, *distance.shape), np.float32)
    colours[:] = _WHITE
    for extent, colour in ((1.0, iris * np.float32(0.5)), (0.78, iris * np.float32(1.15)), (0.45, _DARK)):
        inside = np.minimum(np.maximum(np.float32(extent * radius * size + 0.5) - distance, 0.0), 1.0)
        colours += (colour - colours) * inside
    glint = centre + radius * np.array((math.copysign(0.4, scene.style.light.x), -0.4))
    spark = np.float32(0.24 * radius * size + 0.5) - canvas.distance_within(opening, glint)
    colours += (np.float32(1.0) - colours) * np.minimum(np.maximum(spark, 0.0), 1.0)
    return colours


def _draw_lashes(scene: Scene, lids: list[tuple[Points, Points]]) -> None:
    canvas, unit, lashes = scene.canvas, scene.frame.scale, scene.style.makeup.lashes
    lift = np.array((0.0, unit * (0.05 + 0.2 * scene.geometry.eyes.height)))
    creases = [ribbon(upper[3:-2] - lift, unit * 0.014) for upper, _ in lids]
    canvas.stain(canvas.cover(*creases), rgb((0.66, 0.56, 0.54)))
    lower_rims = [ribbon(lower, unit * 0.012) for _, lower in lids]
    canvas.paint(canvas.cover(*lower_rims), scene.skin * np.float32(0.45), opacity=0.6)
    upper_rims = [ribbon(upper, unit * (0.018 + 0.022 * lashes)) for upper, _ in lids]
    canvas.paint(canvas.cover(*upper_rims), _DARK, opacity=0.55 + 0.4 * lashes)


def _draw_brow(scene: Scene, side: int) -> None:
    brows, eyes = scene.geometry.brows, scene.geometry.eyes
    along = np.array((-1.0, -0.45, 0.25, 0.75, 1.25))
    level = -eyes.height - brows.height + 0.1
    height = level - np.array((0.35 * brows.arch - brows.slant, 0.6 * brows.arch, brows.arch, 0.75 * brows.arch, -0.06))
    control = np.stack((side * (eyes.spacing + 0.23 * along), height), axis=1)
    spine = smooth_open(control)
    patch = scene.canvas.cover(scene.frame.on_face(ribbon(spine, brows.thickness * _TAPER)))
    x, y = scene.plane_of(patch)
    streaks = strands(scene.style.seed, (x * np.float32(side) + y * np.float32(0.7)) * np.float32(55.0))
    shade = np.maximum(np.float32(1.0) + np.float32(0.22) * streaks, np.float32(0.3))
    scene.canvas.paint(patch, rgb(scene.style.growth.brow) * shade, _BROW_LABEL[side], opacity=0.93)
