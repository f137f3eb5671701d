"""The background: a gradient of two colours with soft clouds."""

import math

import cv2
import numpy as np

from benchmark.datasets.rendered_faces.renderer.canvas import Field
from benchmark.datasets.rendered_faces.renderer.scene import rgb
from benchmark.datasets.rendered_faces.renderer.style import Style


def background(style: Style, size: int) -> Field:
    """Return the background (3, size, size), float32 in [0, 1]."""
    scenery = style.scenery
    noise = np.random.default_rng(style.seed).standard_normal((6, 6)).astype(np.float32)
    clouds = cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC)
    axis = ((np.arange(size, dtype=np.float32) + 0.5) / size) - 0.5
    ramp = axis * math.cos(scenery.direction) + axis[:, None] * math.sin(scenery.direction)
    amount = np.clip(0.5 + 0.8 * ramp + np.float32(scenery.clouds) * clouds, 0.0, 1.0)
    near, far = rgb(scenery.near), rgb(scenery.far)
    image: Field = (near + (far - near) * amount).astype(np.float32)
    return image
