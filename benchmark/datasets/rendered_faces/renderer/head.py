"""The head without its features: neck, ears, face and freckles."""

import numpy as np

from benchmark.datasets.rendered_faces.renderer.canvas import Field
from benchmark.datasets.rendered_faces.renderer.scene import LABEL, Scene, receiving, rgb
from benchmark.datasets.rendered_faces.renderer.shapes import Points, ellipse, smooth_closed
from benchmark.datasets.rendered_faces.renderer.skin import skin_colours

_EAR_LABEL = {1: LABEL["l_ear"], -1: LABEL["r_ear"]}


def face_outline(scene: Scene) -> Points:
    """Return the face's outline in fractions of the image, (N, 2)."""
    head = scene.geometry.head
    right = np.array(
        (
            (0.0, -1.28, -0.1),
            (0.55, -1.14, -0.1),
            (0.9, -0.72, -0.1),
            (head.temple, -0.25, -0.05),
            (head.cheek, 0.3, 0.0),
            (head.jaw, 0.76 * head.length - 0.03, 0.15),
            (head.chin, 0.965 * head.length, 0.25),
        )
    )
    left = right[:0:-1] * (-1.0, 1.0, 1.0)
    chin = np.array(((0.0, head.length, 0.28),))
    outline = np.concatenate((right, chin, left))
    return scene.frame.lay(smooth_closed(scene.frame.project(outline[:, :2], outline[:, 2])))


def draw_neck(scene: Scene) -> None:
    """Draw the neck down to the shoulders; clothes come over it."""
    width = scene.geometry.body.neck
    side = np.array(((width, 0.4), (width, 1.15), (width + 0.12, 1.45), (1.5, 1.85), (1.7, 2.9)))
    outline = np.concatenate((side, side[::-1] * (-1.0, 1.0)))
    patch = scene.canvas.cover(scene.frame.on_body(outline))
    x, y = scene.plane_of(patch)
    shade = scene.roundness(x, y - np.float32(1.3), 1.0, 1.6) * np.float32(0.93)
    scene.canvas.paint(patch, scene.skin * shade, LABEL["neck"])


def draw_ears(scene: Scene) -> None:
    """Draw both ears; the face covers their inner half."""
    head = scene.geometry.head
    hollows = []
    for side in (1, -1):
        x = side * (head.temple + head.cheek) / 2.0
        outer = scene.frame.place(ellipse(x + 0.03 * side, 0.06, 0.17, head.ear), -0.15)
        hollows.append(scene.frame.place(ellipse(x + 0.07 * side, 0.05, 0.085, 0.6 * head.ear), -0.15))
        lit = np.float32(0.92 + 0.22 * side * scene.style.light.x * scene.style.light.contrast)
        colour = scene.skin * lit * rgb((1.0, 0.93, 0.91))
        scene.canvas.paint(scene.canvas.cover(outer), colour, _EAR_LABEL[side])
    scene.canvas.stain(scene.canvas.cover(*hollows), rgb((0.78, 0.68, 0.66)))


def draw_face(scene: Scene) -> None:
    """Draw the face's skin over neck and ears, with its shadow on the neck."""
    if scene.geometry.head.double_chin > 0.0:
        _draw_double_chin(scene)
    patch = scene.canvas.cover(face_outline(scene))
    scene.canvas.shadow(patch, 0.05, 0.03, 0.5, receiving("neck", "skin", "cloth"))
    scene.canvas.paint(patch, skin_colours(scene, patch), LABEL["skin"])
    _draw_freckles(scene)


def _draw_double_chin(scene: Scene) -> None:
    head = scene.geometry.head
    depth = head.length + head.double_chin
    outline = np.array(((-head.jaw, 0.7), (-0.62, depth - 0.12), (0.0, depth), (0.62, depth - 0.12), (head.jaw, 0.7)))
    patch = scene.canvas.cover(scene.frame.lay(smooth_closed(scene.frame.project(outline, 0.1))))
    scene.canvas.shadow(patch, 0.03, 0.02, 0.4, receiving("neck"))
    x, y = scene.plane_of(patch)
    shade = scene.roundness(x, y, 1.1, 1.6) * np.float32(0.97)
    scene.canvas.paint(patch, scene.skin * shade, LABEL["skin"])


def _draw_freckles(scene: Scene) -> None:
    count = scene.style.skin.freckles
    if count == 0:
        return
    draw = np.random.default_rng(scene.style.seed + 1)
    spread = np.stack((0.62 * draw.uniform(-1, 1, count), 0.28 + 0.16 * draw.standard_normal(count)), axis=1)
    radii = draw.uniform(0.014, 0.03, count)
    centres, size = scene.frame.on_face(spread), scene.frame.scale
    dots = ellipse(0.0, 0.0, size, size, 10) * radii[:, None, None] + centres[:, None]
    factor: Field = rgb((0.72, 0.55, 0.45))
    scene.canvas.stain(scene.canvas.cover_between(*dots), factor)
