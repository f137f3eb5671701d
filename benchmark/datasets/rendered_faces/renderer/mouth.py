"""The mouth: lips, the open inside with teeth and tongue, and the folds that a smile presses into the skin."""

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.rendered_faces.renderer.canvas import Field, Patch
from benchmark.datasets.rendered_faces.renderer.scene import LABEL, Scene, rgb
from benchmark.datasets.rendered_faces.renderer.shapes import Points, ribbon, smooth_open

_ALONG = np.linspace(-1.0, 1.0, 9)
_BELLY = 1.0 - _ALONG**2
_CORNERS = np.abs(_ALONG) ** 1.7 - 0.2
_BOW = np.exp(-((_ALONG / 0.18) ** 2))
# How far seam, upper lip and lower lip reach from corner to corner.
_GAP, _UPPER, _LOWER = _BELLY**0.7, 0.08 + 0.92 * _BELLY**0.8, 0.06 + 0.94 * _BELLY**0.75
_FOLD_TAPER = 0.018 * np.sin(np.linspace(0.2, 3.0, 19))
_UNDER_LIP_TAPER = 0.028 * np.sin(np.linspace(0.1, 3.04, 17))
_CAVITY: Field = rgb((0.22, 0.04, 0.05))
_TEETH: Field = rgb((0.97, 0.96, 0.93))
_TONGUE: Field = rgb((0.72, 0.28, 0.30))


def draw_mouth(scene: Scene) -> None:
    """Draw the mouth; only this step reads the expression."""
    top, upper_seam, lower_seam, bottom = _contours(scene)
    _draw_folds(scene)
    _draw_under_lip(scene, bottom)
    if scene.geometry.expression.opening > 0.0:
        _draw_inside(scene, upper_seam, lower_seam)
    lips = _lip_colour(scene)
    upper = scene.canvas.cover(_between(scene, top, upper_seam))
    scene.canvas.paint(upper, lips * np.float32(0.84), LABEL["u_lip"])
    lower = scene.canvas.cover(_between(scene, lower_seam, bottom))
    scene.canvas.paint(lower, _lower_lip_colours(scene, lower, lips), LABEL["l_lip"])
    _draw_seams(scene, upper_seam, lower_seam)


def _contours(scene: Scene) -> tuple[Points, Points, Points, Points]:
    mouth, expression = scene.geometry.mouth, scene.geometry.expression
    smile = expression.smile
    width = mouth.width * (1.0 + 0.36 * max(smile, 0.0))
    x = width * _ALONG
    corner = -0.23 * smile if smile > 0 else -0.16 * smile
    # Low enough that a full upper lip stays clear of the nose, whatever the expression.
    level = max(0.69, scene.geometry.nose.length + mouth.fullness + 0.175)
    seam = level + corner * _CORNERS
    gap = expression.opening * (0.15 + 0.04 * max(smile, 0.0)) * _GAP
    thick = mouth.fullness * (1.0 - 0.15 * max(smile, 0.0))
    bow = 1.0 - mouth.bow * _BOW
    upper = seam - 0.3 * gap
    lower = seam + 0.7 * gap
    top = upper - thick * _UPPER * bow
    bottom = lower + 1.15 * thick * _LOWER
    return _curve(x, top), _curve(x, upper), _curve(x, lower), _curve(x, bottom)


def _curve(x: NDArray[np.float64], y: NDArray[np.float64]) -> Points:
    return smooth_open(np.stack((x, y), axis=1), 4)


def _between(scene: Scene, above: Points, below: Points) -> Points:
    return scene.frame.on_face(np.concatenate((above, below[::-1])))


def _lip_colour(scene: Scene) -> Field:
    lipstick = scene.style.makeup.lipstick
    if lipstick is not None:
        return rgb(lipstick)
    natural: Field = scene.skin * rgb((0.88, 0.62, 0.62)) + rgb((0.05, 0.0, 0.01))
    return natural


def _lower_lip_colours(scene: Scene, patch: Patch, lips: Field) -> Field:
    painted = scene.style.makeup.lipstick is not None
    x, y = scene.plane_of(patch)
    if patch.empty:
        return np.zeros((3, 0, 0), np.float32)
    middle = np.float32(0.12 * scene.style.light.x)
    centre_x = (x[0, 0] + x[-1, -1]) / 2 + middle
    centre_y = (y[0, 0] + y[-1, -1]) / 2
    gleam = np.exp(-(((x - centre_x) / np.float32(0.16)) ** 2) - ((y - centre_y) / np.float32(0.035)) ** 2)
    colours: Field = lips + (np.float32(0.4 if painted else 0.2) * gleam)
    return colours


def _draw_inside(scene: Scene, upper_seam: Points, lower_seam: Points) -> None:
    canvas, expression = scene.canvas, scene.geometry.expression
    canvas.paint(canvas.cover(_between(scene, upper_seam, lower_seam)), _CAVITY, LABEL["mouth"])
    if expression.opening > 0.55:
        tongue = upper_seam + (lower_seam - upper_seam) * 0.68
        canvas.paint(canvas.cover(_between(scene, tongue[8:-8], lower_seam[8:-8])), _TONGUE, opacity=0.8)
    depth = 0.66 if expression.smile > 0 else 0.34
    edge = upper_seam + (lower_seam - upper_seam) * depth
    teeth = canvas.cover(_between(scene, upper_seam[2:-2], edge[2:-2]))
    x, _ = scene.plane_of(teeth)
    gaps = np.maximum(np.cos(x * np.float32(2.0 * np.pi / 0.1)) - np.float32(0.8), 0.0)
    canvas.paint(teeth, _TEETH - gaps, opacity=0.97)


def _draw_seams(scene: Scene, upper_seam: Points, lower_seam: Points) -> None:
    canvas, unit = scene.canvas, scene.frame.scale
    seams = [ribbon(scene.frame.on_face(upper_seam), 0.014 * unit)]
    if scene.geometry.expression.opening > 0.0:
        seams.append(ribbon(scene.frame.on_face(lower_seam), 0.009 * unit))
    canvas.stain(canvas.cover(*seams), rgb((0.42, 0.26, 0.27)))


def _draw_folds(scene: Scene) -> None:
    smile = scene.geometry.expression.smile
    if smile <= 0.0:
        return
    wing, width = scene.geometry.nose.width, scene.geometry.mouth.width * (1.0 + 0.36 * smile)
    folds = []
    for side in (-1.0, 1.0):
        curve = np.array(((1.2 * wing, 0.44), (width + 0.1, 0.5), (width + 0.15, 0.62), (width + 0.1, 0.72)))
        folds.append(scene.frame.on_face(ribbon(smooth_open(curve * (side, 1.0)), _FOLD_TAPER)))
    scene.canvas.stain(scene.canvas.cover(*folds), rgb((0.74, 0.65, 0.63)))


def _draw_under_lip(scene: Scene, bottom: Points) -> None:
    shade = bottom[8:-8] + np.array((0.0, 0.035))
    patch = scene.canvas.cover(scene.frame.on_face(ribbon(shade, _UNDER_LIP_TAPER)))
    scene.canvas.stain(patch, rgb((0.8, 0.72, 0.7)))
