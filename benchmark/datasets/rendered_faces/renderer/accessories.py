"""Glasses, hats and earrings."""

import numpy as np

from benchmark.datasets.rendered_faces.renderer.canvas import Patch
from benchmark.datasets.rendered_faces.renderer.scene import LABEL, Scene, receiving, rgb
from benchmark.datasets.rendered_faces.renderer.shapes import (
    Points,
    ellipse,
    ribbon,
    rounded_box,
    smooth_closed,
    smooth_open,
)

_RECEIVES = ("skin", "nose", "hair", "l_ear", "r_ear", "l_brow", "r_brow", "l_eye", "r_eye")
_SEEN_THROUGH = ("skin", "nose", "hair")


def draw_glasses(scene: Scene) -> None:
    """Draw frames and lenses; under a lens only eyes and brows keep their label."""
    kind = scene.geometry.accessories.glasses
    if kind == "none":
        return
    canvas = scene.canvas
    outer = [_lens(scene, side, 0.0) for side in (1, -1)]
    inner = [_lens(scene, side, 0.055) for side in (1, -1)]
    lenses = canvas.cover(*inner)
    canvas.paint(lenses, rgb((0.80, 0.88, 0.95)), opacity=0.14)
    labels = canvas.labels[lenses.rows, lenses.cols]
    labels[(lenses.alpha >= 0.5) & receiving(*_SEEN_THROUGH)[labels]] = LABEL["eye_g"]
    frame = rgb(scene.style.fabric.frame)
    rims = [canvas.cover_between(out, hole) for out, hole in zip(outer, inner, strict=True)]
    for patch in (*rims, canvas.cover(*_bridge_and_temples(scene))):
        canvas.shadow(patch, 0.008, 0.006, 0.35, receiving(*_RECEIVES))
        canvas.paint(patch, frame, LABEL["eye_g"])
    _draw_glare(scene)


def _lens(scene: Scene, side: int, inset: float) -> Points:
    x = side * (scene.geometry.eyes.spacing + 0.01)
    if scene.geometry.accessories.glasses == "round":
        return scene.frame.on_face(ellipse(x, 0.03, 0.35 - inset, 0.31 - inset))
    return scene.frame.on_face(rounded_box(x, 0.03, 0.36 - inset, 0.25 - inset))


def _bridge_and_temples(scene: Scene) -> list[Points]:
    spacing = scene.geometry.eyes.spacing
    gap = spacing - 0.33
    bridge = smooth_open(np.array(((-gap, 0.0), (0.0, -0.05), (gap, 0.0))))
    strokes = [scene.frame.on_face(ribbon(bridge, 0.03))]
    for side in (1.0, -1.0):
        temple = np.array(((side * (spacing + 0.34), -0.03), (side * scene.geometry.head.temple, -0.07)))
        strokes.append(scene.frame.on_face(ribbon(temple, 0.028)))
    return strokes


def _draw_glare(scene: Scene) -> None:
    spacing = scene.geometry.eyes.spacing
    streaks = []
    for side in (1.0, -1.0):
        spine = np.array(((side * spacing - 0.2, 0.02), (side * spacing - 0.08, -0.15)))
        streaks.append(scene.frame.on_face(ribbon(spine, 0.02)))
    scene.canvas.paint(scene.canvas.cover(*streaks), rgb((1.0, 1.0, 1.0)), opacity=0.3)


def draw_hat(scene: Scene) -> None:
    """Draw a brim hat or a beanie over hair and forehead."""
    kind = scene.geometry.accessories.hat
    if kind == "brim":
        _draw_brim_hat(scene)
    elif kind == "beanie":
        _draw_beanie(scene)


def _dome(scene: Scene, foot: float, slack: float) -> Points:
    v = scene.geometry.hair.volume
    half = np.array(
        (
            (1.04 + 0.75 * v + slack, foot),
            (1.03 + 0.85 * v + slack, -1.0),
            (0.76 + 0.8 * v + slack, -1.45 - 0.5 * v),
            (0.0, -1.6 - 0.8 * v),
        )
    )
    control = np.concatenate((half, half[-2::-1] * (-1.0, 1.0)))
    return np.asarray(smooth_open(control), np.float64)


def _felt(scene: Scene, patch: Patch, brightness: float, ribs: float = 0.0) -> None:
    if patch.empty:
        return
    x, y = scene.plane_of(patch)
    shade = scene.roundness(x, y + np.float32(0.9), 1.3, 0.9) * np.float32(brightness)
    if ribs > 0.0:
        shade = shade + np.float32(ribs) * np.sin(np.float32(26.0) * np.arcsin(np.clip(x / np.float32(1.5), -1.0, 1.0)))
    scene.canvas.paint(patch, rgb(scene.style.fabric.hat) * np.maximum(shade, 0.2), LABEL["hat"])


def _draw_brim_hat(scene: Scene) -> None:
    canvas, wide = scene.canvas, 1.55 + 0.9 * scene.geometry.hair.volume
    crown = canvas.cover(scene.frame.place(_dome(scene, -0.66, 0.0)))
    brim = canvas.cover(scene.frame.place(ellipse(0.0, -0.68, wide, 0.2, 36), 0.15))
    canvas.shadow(brim, 0.05, 0.02, 0.5, receiving(*_RECEIVES))
    _felt(scene, crown, 1.0)
    band = np.array(((-1.4, -0.98), (0.0, -0.9), (1.4, -0.98)))
    stripe = canvas.cover(scene.frame.place(ribbon(smooth_open(band), 0.09)))
    crown_alpha = np.zeros_like(canvas.image[0])
    crown_alpha[crown.rows, crown.cols] = crown.alpha
    inside = stripe.alpha * crown_alpha[stripe.rows, stripe.cols]
    canvas.stain(Patch(stripe.rows, stripe.cols, inside), rgb((0.5, 0.48, 0.46)))
    _felt(scene, brim, 0.86)


def _draw_beanie(scene: Scene) -> None:
    canvas = scene.canvas
    wide = 1.09 + 0.8 * scene.geometry.hair.volume
    dome = canvas.cover(scene.frame.place(_dome(scene, -0.7, 0.0)))
    cuff = np.array(((-wide, -0.98), (0.0, -0.94), (wide, -0.98), (wide, -0.6), (0.0, -0.55), (-wide, -0.6)))
    band = canvas.cover(scene.frame.place(smooth_closed(cuff), 0.05))
    canvas.shadow(band, 0.025, 0.012, 0.45, receiving(*_RECEIVES))
    _felt(scene, dome, 1.05, ribs=0.06)
    _felt(scene, band, 0.88, ribs=0.13)


def draw_earrings(scene: Scene) -> None:
    """Draw a stud or a drop at each lobe."""
    kind = scene.geometry.accessories.earrings
    if kind == "none":
        return
    canvas, head, unit = scene.canvas, scene.geometry.head, scene.frame.scale
    for side in (1, -1):
        lobe = np.array(((side * ((head.temple + head.cheek) / 2.0 + 0.08), 0.02 + head.ear),))
        x, y = scene.frame.place(lobe, -0.15)[0]
        shapes = [ellipse(x, y + 0.06 * unit, 0.09 * unit, 0.09 * unit, 18)]
        if kind == "drop":
            shapes.append(ellipse(x, y + 0.27 * unit, 0.08 * unit, 0.16 * unit, 18))
        canvas.paint(canvas.cover(*shapes), rgb(scene.style.fabric.metal), LABEL["ear_r"])
        gleam = ellipse(x - 0.025 * unit, y + 0.035 * unit, 0.03 * unit, 0.03 * unit, 10)
        canvas.paint(canvas.cover(gleam), rgb((1.0, 1.0, 1.0)), opacity=0.7)
