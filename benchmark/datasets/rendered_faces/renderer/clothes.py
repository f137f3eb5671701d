"""Clothes and the necklace above their neckline."""

import numpy as np

from benchmark.datasets.rendered_faces.renderer.canvas import Field
from benchmark.datasets.rendered_faces.renderer.scene import LABEL, Scene, receiving, rgb
from benchmark.datasets.rendered_faces.renderer.shapes import ellipse, ribbon, smooth_open

_SHOULDER_LEVEL = 1.42


def draw_clothes(scene: Scene) -> None:
    """Draw shoulders' cloth with its neckline, collar and stripes."""
    body = scene.geometry.body
    neck, top = body.neck + 0.06, _SHOULDER_LEVEL
    along = np.linspace(-1.0, 1.0, 21)
    round_cut, pointed = np.sqrt(np.maximum(1.0 - along**2, 0.0)), 1.0 - np.abs(along)
    dip = body.neckline * ((1.0 - body.v_neck) * round_cut + body.v_neck * pointed)
    cut = np.stack(((neck + 0.1 * body.neckline) * along, top + dip), axis=1)
    shoulder = np.array(
        ((neck + 0.08, top), (1.25, top + 0.55 * body.shoulder), (1.85, top + body.shoulder), (2.1, 3.2))
    )
    right = smooth_open(shoulder, 5)
    patch = scene.canvas.cover(scene.frame.on_body(np.concatenate((cut, right, right[::-1] * (-1.0, 1.0)))))
    if patch.empty:
        return
    scene.canvas.shadow(patch, 0.0, 0.012, 0.4, receiving("neck"))
    x, y = scene.plane_of(patch)
    scene.canvas.paint(patch, _fabric(scene, x, y), LABEL["cloth"])
    hem = scene.canvas.cover(ribbon(scene.frame.on_body(cut), 0.035 * scene.frame.scale))
    collar = np.where(scene.canvas.labels[hem.rows, hem.cols] == LABEL["cloth"], hem.alpha, np.float32(0.0))
    hem_colour = rgb(scene.style.fabric.trim) * np.float32(0.9)
    region = scene.canvas.image[:, hem.rows, hem.cols]
    region += (hem_colour - region) * collar


def draw_necklace(scene: Scene) -> None:
    """Draw a chain with a pendant on the neck, where one is worn."""
    if not scene.geometry.accessories.necklace:
        return
    canvas, neck, unit = scene.canvas, scene.geometry.body.neck, scene.frame.scale
    depth = scene.geometry.head.length + 0.26
    spine = smooth_open(
        np.array(
            ((-neck - 0.04, 1.3), (-0.6 * neck, depth - 0.1), (0, depth), (0.6 * neck, depth - 0.1), (neck + 0.04, 1.3))
        )
    )
    chain = ribbon(scene.frame.on_body(spine), 0.042 * unit)
    pendant = scene.frame.on_body(ellipse(0.0, depth + 0.05, 0.085, 0.1, 18))
    patch = canvas.cover(chain, pendant)
    if patch.empty:
        return
    canvas.shadow(patch, 0.008, 0.006, 0.5, receiving("neck"))
    x, y = scene.plane_of(patch)
    links = np.float32(0.85) + np.float32(0.25) * np.sin(np.float32(46.0) * x + np.float32(9.0) * y)
    canvas.paint(patch, rgb(scene.style.fabric.metal) * links, LABEL["neck_l"])


def _fabric(scene: Scene, x: Field, y: Field) -> Field:
    fabric = scene.style.fabric
    folds = np.sin(np.float32(4.2) * x + np.float32(2.2) * y + np.float32(scene.style.seed % 7))
    shade = scene.roundness(x, y - np.float32(2.2), 2.2, 1.6) + np.float32(0.05) * folds
    cloth: Field = np.multiply(rgb(fabric.cloth), shade, dtype=np.float32)
    if fabric.stripes > 0.0:
        phase = np.sin(np.float32(22.0) * (y + np.float32(0.06) * x * x))
        stripe = np.clip(np.float32(3.0) * phase, 0.0, 1.0) * np.float32(fabric.stripes)
        cloth += (rgb(fabric.trim) * shade - cloth) * stripe
    return cloth
