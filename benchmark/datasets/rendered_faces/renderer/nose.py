"""The nose: a region of its own tint, wings, nostrils and the shadow under the tip."""

import numpy as np

from benchmark.datasets.rendered_faces.renderer.scene import LABEL, Scene, rgb
from benchmark.datasets.rendered_faces.renderer.shapes import ellipse, ribbon, smooth_closed, smooth_open


def draw_nose(scene: Scene) -> None:
    """Draw the nose over the face's skin, whose relief already lights it."""
    canvas, nose = scene.canvas, scene.geometry.nose
    tip, wing = nose.length, nose.width
    side = np.array(((0.07, -0.12), (0.08, 0.08), (0.72 * wing, tip - 0.14), (wing, tip), (0.6 * wing, tip + 0.085)))
    outline = np.concatenate((side, ((0.0, tip + 0.1),), side[::-1] * (-1.0, 1.0)))
    plane = scene.frame.project_face(outline)
    # The tip stands out of the face, so a turned head carries it farther.
    plane[3:8] = scene.frame.project(plane[3:8], 0.06)
    patch = canvas.cover(scene.frame.lay(smooth_closed(plane, 4)))
    canvas.stain(patch, rgb((1.05, 0.965, 0.945)))
    np.copyto(canvas.labels[patch.rows, patch.cols], LABEL["nose"], where=patch.alpha >= 0.5)
    _draw_contour(scene)
    _draw_nostrils(scene)


def _draw_contour(scene: Scene) -> None:
    canvas, nose, unit = scene.canvas, scene.geometry.nose, scene.frame.scale
    tip, wing = nose.length, nose.width
    wings = []
    for side in (-1.0, 1.0):
        curve = np.array(((0.8 * wing, tip - 0.12), (1.02 * wing, tip), (0.75 * wing, tip + 0.08)))
        wings.append(ribbon(scene.frame.on_face(smooth_open(curve * (side, 1.0))), 0.017 * unit))
    canvas.stain(canvas.cover(*wings), rgb((0.68, 0.55, 0.52)))
    shaded = -1.0 if scene.style.light.x > 0 else 1.0
    bridge = smooth_open(np.array(((0.09, -0.1), (0.085, 0.1), (0.7 * wing, tip - 0.12))) * (shaded, 1.0))
    canvas.stain(canvas.cover(scene.frame.on_face(ribbon(bridge, 0.035))), rgb((0.86, 0.79, 0.77)))


def _draw_nostrils(scene: Scene) -> None:
    canvas, nose = scene.canvas, scene.geometry.nose
    holes = [
        scene.frame.on_face(ellipse(side * 0.45 * nose.width, nose.length + 0.045, 0.22 * nose.width, 0.026, 14))
        for side in (-1.0, 1.0)
    ]
    canvas.stain(canvas.cover(*holes), rgb((0.45, 0.32, 0.3)))
