"""Hair: the mass behind the neck, the locks beside the face and the cap above the hairline, all of strands."""

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.rendered_faces.renderer.canvas import Field, Patch
from benchmark.datasets.rendered_faces.renderer.geometry import Hairline
from benchmark.datasets.rendered_faces.renderer.scene import LABEL, Scene, receiving, rgb, strands
from benchmark.datasets.rendered_faces.renderer.shapes import Points, smooth_open

_RECEIVES = ("skin", "nose", "neck", "cloth", "l_ear", "r_ear", "l_brow", "r_brow", "l_eye", "r_eye")


def draw_hair_behind(scene: Scene) -> None:
    """Draw what hangs behind neck and shoulders."""
    if scene.geometry.hair.length in ("medium", "long"):
        side = _outer_side(scene)
        outline = np.concatenate((side, side[::-1] * (-1.0, 1.0)))
        _paint(scene, [scene.frame.place(_waved(scene, outline), -0.1)], 0.62, casts=False)


def draw_locks(scene: Scene) -> None:
    """Draw the locks beside the face; the caller decides whether ears and face come over them."""
    if scene.geometry.hair.length not in ("medium", "long"):
        return
    outer = _outer_side(scene)
    bottom = outer[-1, 1]
    inner = np.array(((0.84, -0.75), (0.86, -0.3), (0.9, 0.2), (0.86, 0.62), (0.74, 1.0), (0.8, 1.5), (0.86, 2.6)))
    inner_y = np.linspace(-0.75, bottom, 24)
    inner_x = np.interp(inner_y, inner[:, 1], inner[:, 0])
    lock = np.concatenate((outer, np.stack((inner_x, inner_y), axis=1)[::-1]))
    outlines = [scene.frame.place(_waved(scene, lock * (side, 1.0)), 0.0) for side in (1.0, -1.0)]
    _paint(scene, outlines, 0.92)


def draw_cap(scene: Scene) -> None:
    """Draw the hair above the hairline, with its shadow on the forehead."""
    hair = scene.geometry.hair
    if hair.length == "bald":
        return
    outer = scene.frame.project(_waved(scene, _cap_outer(scene)), -0.1)
    line = scene.frame.project_face(_hairline(scene))
    _paint(scene, [scene.frame.lay(np.concatenate((outer, line)))], 1.0)


def _cap_outer(scene: Scene) -> Points:
    hair = scene.geometry.hair
    v, foot = hair.volume, 0.06 + 0.12 * hair.reach
    half = np.array(
        (
            (1.0, foot),
            (1.03 + 0.2 * v, -0.12),
            (1.04 + 0.6 * v, -0.45),
            (0.91 + 0.8 * v, -0.93),
            (0.55 + 0.55 * v, -1.25 - 0.65 * v),
            (0.0, -1.38 - 0.95 * v),
        )
    )
    control = np.concatenate((half, half[-2::-1] * (-1.0, 1.0)))
    # From the image's left foot over the crown to the right one.
    return smooth_open(control[::-1], 8)


def _outer_side(scene: Scene) -> Points:
    hair, head = scene.geometry.hair, scene.geometry.head
    v, wide = hair.volume, max(1.04, head.cheek + 0.02)
    if hair.length == "medium":
        bottom = 0.78 + 0.4 * hair.reach
        rows = ((1.0 * wide + v, -0.1), (wide + 0.06 + v, 0.35), (wide + 0.1 + v, bottom - 0.1), (0.78, bottom))
    else:
        bottom = 1.55 + 1.0 * hair.reach
        rows = ((1.0 * wide + v, -0.1), (wide + 0.02 + v, 0.5), (wide + 0.16 + v, bottom - 0.15), (0.95, bottom))
    control = np.array(((0.5, -1.2), (0.86 + 0.8 * v, -0.92), *rows))
    return smooth_open(control, 8)


def _hairline(scene: Scene) -> Points:
    hair = scene.geometry.hair
    foot = 0.06 + 0.12 * hair.reach
    lines: dict[Hairline, tuple[tuple[float, float], ...]] = {
        "open": ((0.62, -0.72), (0.5 * hair.parting + 0.25, -0.86), (0.5 * hair.parting, -0.98)),
        "swept": ((0.74, -0.56), (0.6, -0.86), (0.5, -1.04)),
        "bangs": ((0.74, -0.42), (0.42, -0.54), (0.0, -0.57)),
        "receding": ((0.8, -0.82), (0.5, -1.13), (0.0, -0.93)),
    }
    half = np.array(((0.98, foot), (0.93, -0.08), (0.89, -0.4), *lines[hair.hairline]))
    mirrored = half[-2::-1] * (-1.0, 1.0)
    if hair.hairline == "open":
        mirrored[0, 0] += hair.parting
    if hair.hairline == "swept":
        mirrored[:2] = ((-0.1, -0.8), (-0.6, -0.5))
    line = smooth_open(np.concatenate((half, mirrored)), 6)
    if hair.hairline == "bangs":
        teeth = np.abs(np.sin(7.0 * line[:, 0] + hair.phase)) * 0.05
        line[:, 1] -= np.where(np.abs(line[:, 0]) < 0.7, teeth, 0.0)
    if hair.hairline == "swept" and hair.parting < 0.0:
        line = line[::-1] * (-1.0, 1.0)
    return line


def _waved(scene: Scene, outline: Points) -> Points:
    hair = scene.geometry.hair
    if hair.wave == 0.0:
        return outline
    x, y = outline[:, 0], outline[:, 1]
    turn: NDArray[np.float64] = np.where(y < -0.4, 7.0 * np.arctan2(x, -y - 0.1), 6.2 * y * np.sign(x)) + hair.phase
    swell = 0.085 * hair.wave * np.sin(turn) * np.clip(np.hypot(x, y + 0.1) - 0.3, 0.0, 1.0)
    outwards = np.stack((np.sign(x), np.where(y < -0.4, -0.5, 0.0)), axis=1)
    return outline + outwards * swell[:, None]


def _paint(scene: Scene, outlines: list[Points], brightness: float, casts: bool = True) -> None:
    patch = scene.canvas.cover(*outlines)
    if patch.empty:
        return
    if casts:
        scene.canvas.shadow(patch, 0.018, 0.015, 0.45, receiving(*_RECEIVES))
    scene.canvas.paint(patch, _colours(scene, patch) * np.float32(brightness), LABEL["hair"])


def _colours(scene: Scene, patch: Patch) -> Field:
    hair, growth, seed = scene.geometry.hair, scene.style.growth, scene.style.seed
    x, y = scene.plane_of(patch)
    below = np.maximum(y + np.float32(1.45), 0.0)
    # Strands fan out from the parting over the crown, then fall nearly parallel.
    along = (x - np.float32(0.5 * hair.parting)) / (np.float32(0.28) + below / (1.0 + np.float32(0.55) * below))
    crest: Field | float = 0.0
    if hair.wave > 0.0:
        swing = np.sin(np.float32(5.2) * y + np.float32(hair.phase) + np.float32(2.5) * along)
        along = along + np.float32(0.07 * hair.wave) * swing
        crest = np.float32(0.2 * hair.wave) * np.sin(np.float32(6.2) * y + np.float32(3.0) * along)
    fine = strands(seed, along * np.float32(48.0) + np.float32(200.0))
    band = y + np.float32(0.98) - np.float32(0.35) * x * x
    gleam = np.exp(-((band / np.float32(0.2)) ** 2)) * (np.float32(1.0) + np.float32(0.45) * fine)
    tone = scene.roundness(x, y + np.float32(0.2), 1.35, 1.7) + np.float32(0.18) * fine + crest
    colour = rgb(growth.hair)
    shine = np.float32(0.2 * growth.shine) * (colour * np.float32(0.6) + np.float32(0.35))
    colours: Field = colour * np.maximum(tone, np.float32(0.25)) + np.maximum(gleam, 0.0) * shine
    return colours
