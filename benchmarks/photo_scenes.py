"""Faces placed into larger pictures, turned and scaled by what is then known."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 1000, 800
MOST_TURNED = 20.0
"""Degrees."""

Points = NDArray[np.float64]


@dataclass(frozen=True)
class PlacedFace:
    """A scene with a face in it.

    Attributes:
        image: (HEIGHT, WIDTH, 3) uint8 RGB.
        way: (2, 3), takes a pixel of the face's own picture to where it lies in the scene.
    """

    image: NDArray[np.uint8]
    way: Points

    def there(self, points: Points) -> Points:
        """(N, 2) points of the face's own picture, in the scene."""
        moved: Points = points @ self.way[:, :2].T + self.way[:, 2]
        return moved


def place_face(
    face: NDArray[np.uint8], seed: int, side: float | None = None, degrees: float | None = None
) -> PlacedFace:
    """Place a square picture of a face (S, S, 3) into a blurred, coloured background.

    Args:
        face: uint8 RGB.
        seed: decides the background, the place, and what is not given.
        side: at which the picture is shown, in pixels; by default 200 to 600.
        degrees: by which it is turned clockwise; by default `MOST_TURNED` at most, either way.
    """
    rng = np.random.default_rng((2018, seed))
    scale = (rng.uniform(200, 600) if side is None else side) / len(face)
    angle = np.deg2rad(rng.uniform(-MOST_TURNED, MOST_TURNED) if degrees is None else degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([rng.uniform(0.4, 0.6) * WIDTH, rng.uniform(0.4, 0.6) * HEIGHT])
    way = np.concatenate([turn, (middle - turn @ np.full(2, (len(face) - 1) / 2))[:, None]], axis=1)
    noise = cv2.GaussianBlur(rng.normal(size=(HEIGHT, WIDTH, 3)), (0, 0), 12)
    scene = np.clip(128 + 60 * noise / noise.std(), 0, 255).astype(np.uint8)
    smaller = cv2.GaussianBlur(face, (0, 0), 0.5 / scale) if scale < 1 else face
    cv2.warpAffine(smaller, way, (WIDTH, HEIGHT), scene, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT)
    return PlacedFace(scene, way)


def eye_centres(mask: NDArray[np.uint8], labels: tuple[int, int]) -> Points | None:
    """(2, 2) centres of both eyes of a label map, the image's left first; None where one is not seen."""
    centres = []
    for label in labels:
        rows, columns = np.nonzero(mask == label)
        if not len(rows):
            return None
        centres.append((columns.mean(), rows.mean()))
    return np.array(sorted(centres))
