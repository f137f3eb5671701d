"""Eyes and brows."""

import numpy as np

from benchmark.data.rendered.canvas import Field, Patch
from benchmark.data.rendered.scene import LABEL, Scene, rgb, strands
from benchmark.data.rendered.shapes import Points, ribbon, smooth_open

_EYE_LABEL = {1: LABEL["l_eye"], -1: LABEL["r_eye"]}
_BROW_LABEL = {1: LABEL["l_brow"], -1: LABEL["r_brow"]}
_WHITE: Field = np.array((0.95, 0.94, 0.93), np.float32)
_DARK: Field = np.array((0.04, 0.03, 0.03), np.float32)


def draw_eyes(scene: Scene) -> None:
    """Draw both eyes: white, iris, pupil, highlight, the lids' shadow and lashes."""
    for side in (1, -1):
        _draw_eye(scene, side)


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


def _draw_eye(scene: Scene, side: int) -> None:
    canvas, eyes, unit = scene.canvas, scene.geometry.eyes, scene.frame.scale
    upper, lower = _lids(scene, side)
    opening = canvas.cover(np.concatenate((upper, lower[::-1])))
    canvas.paint(opening, _WHITE, _EYE_LABEL[side])
    if not opening.empty:
        _draw_iris(scene, opening, side)
    makeup = scene.style.makeup
    thickness = unit * (0.018 + 0.022 * makeup.lashes)
    canvas.paint(canvas.cover(ribbon(upper, thickness)), _DARK, opacity=0.55 + 0.4 * makeup.lashes)
    canvas.paint(canvas.cover(ribbon(lower, unit * 0.012)), scene.skin * np.float32(0.45), opacity=0.6)
    crease = upper[3:-2] - (0.0, unit * (0.05 + 0.2 * eyes.height))
    canvas.stain(canvas.cover(ribbon(crease, unit * 0.014)), np.array((0.66, 0.56, 0.54), np.float32))


def _draw_iris(scene: Scene, opening: Patch, side: int) -> None:
    canvas, unit = scene.canvas, scene.frame.scale
    middle = np.array(((side * scene.geometry.eyes.spacing, -0.015),))
    centre: Points = scene.frame.on_face(middle)[0]
    radius = 0.108 * unit
    colour = rgb(scene.style.eye)
    canvas.paint(canvas.disc_within(opening, centre, radius), colour * np.float32(0.5))
    canvas.paint(
        canvas.disc_within(opening, centre + np.array((0.0, 0.1 * radius)), 0.8 * radius), colour * np.float32(1.15)
    )
    canvas.paint(canvas.disc_within(opening, centre, 0.45 * radius), _DARK)
    glint = centre + radius * np.array((0.4 * np.sign(scene.style.light.x), -0.4))
    canvas.paint(canvas.disc_within(opening, glint, 0.24 * radius), np.ones(3, np.float32), opacity=0.95)


def _draw_brow(scene: Scene, side: int) -> None:
    brows, eyes = scene.geometry.brows, scene.geometry.eyes
    along = np.array((-1.0, -0.45, 0.25, 0.75, 1.25))
    level = -eyes.height - brows.height + 0.1
    height = level - np.array((-brows.slant, 0.35 * brows.arch, brows.arch, 0.75 * brows.arch, -0.06))
    control = np.stack((side * (eyes.spacing + 0.23 * along), height), axis=1)
    spine = smooth_open(control)
    taper = np.interp(np.linspace(0, 1, len(spine)), (0.0, 0.12, 0.5, 1.0), (0.65, 0.95, 1.0, 0.25))
    patch = scene.canvas.cover(scene.frame.on_face(ribbon(spine, brows.thickness * taper)))
    x, y = scene.plane_of(patch)
    streaks = strands(scene.style.seed, (x * np.float32(side) + y * np.float32(0.7)) * np.float32(55.0))
    shade = np.maximum(np.float32(1.0) + np.float32(0.22) * streaks, np.float32(0.3))
    scene.canvas.paint(patch, rgb(scene.style.growth.brow) * shade[..., None], _BROW_LABEL[side], opacity=0.93)
