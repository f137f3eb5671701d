"""Eyes and mouth of a face by two of MediaPipe's networks, of the face's surface and of one eye; OpenCV runs them.

Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", 2019, and Ablavatski et al.,
"Real-time Pupil Tracking from Monocular Video for Digital Puppetry", 2020.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.images.convert import Pixels
from benchmark.photographs.align import FaceSquare, Points, cut
from registry.errors import InputError

SURFACE_VALUES, PRESENCE_VALUES = 468 * 3, 1
"""What the network of the surface gives: points, and the logit of how likely they are a face's."""
EYE_VALUES, IRIS_VALUES = 71 * 3, 5 * 3
"""What the network of an eye gives: points of the eye and its surroundings, and of the iris, its middle first."""
LIDS: Final = 16
"""The first points of an eye are its lids."""
EYE_CORNERS: Final = ((33, 133), (362, 263))
MOUTH: Final = (61, 291)
"""Points of the surface at the corners of the eyes and of the mouth, those on the image's left first."""
FIRST_SIDE, SIDE = 1.6, 1.5
"""Of the square that is read: in widths of a face's box, and in lengths of its surface once that was seen."""
READINGS: Final = 3
"""How often the surface is read, each time in a square around what was seen before."""
ENGINE: Final = (cv2.dnn.ENGINE_CLASSIC,) if hasattr(cv2.dnn, "ENGINE_CLASSIC") else ()
"""Of the engines of OpenCV 5 the one that gives all outputs of a network; earlier versions have no other."""
EYE_SIDES: Final = (1.7, 2.0, 2.3, 2.7, 3.2)
"""Sides of an eye's squares, in its widths; what they show is averaged. The network is used at 2.3 by its authors."""


class FaceNetworks:
    """Finds eyes and mouth of a face, and tells faces from what is none.

    Args:
        surface: file of the network of the face's surface (TFLite).
        eye: file of the network of an eye (TFLite).

    Raises:
        InputError: if OpenCV cannot read one, or it gives something else.
    """

    def __init__(self, surface: Path, eye: Path) -> None:
        self._surface = _Network(surface, 192, (SURFACE_VALUES, PRESENCE_VALUES))
        self._eye = _Network(eye, 64, (EYE_VALUES, IRIS_VALUES))

    def points(self, photograph: Pixels, about: Points, width: float) -> Points | None:
        """(5, 2) points of a face in pixels, the nose where it was given; None where no face is seen there.

        Eyes lie where their lids are, as far apart as their irises: a gaze moves both irises alike, and the network
        sees lids of drawn eyes a little further inside than they are.

        Args:
            photograph: (H, W, 3) uint8 RGB.
            about: (5, 2) about where eyes, nose and corners of the mouth are, each pair from the image's left.
            width: of the face's box.
        """
        if not np.linalg.norm(about[1] - about[0]) > 0:
            return None
        square = _square(about.mean(axis=0), about[1] - about[0], FIRST_SIDE * width)
        for _ in range(READINGS):
            surface, presence = self._surface.read(photograph, square)
            if not presence.item() > 0:
                return None
            seen = self._surface.there(_pairs(surface), square)
            corners = seen[np.array(EYE_CORNERS)]
            square = _around(seen, corners[1].mean(axis=0) - corners[0].mean(axis=0))
        both = [self._middles(photograph, square.right, pair, mirrored=k == 1) for k, pair in enumerate(corners)]
        lids, irises = np.stack(both, axis=1)
        further = ((irises[1] - lids[1]) - (irises[0] - lids[0])) / 2
        return np.stack([lids[0] - further, lids[1] + further, about[2], *seen[np.array(MOUTH)]])

    def _middles(self, photograph: Pixels, right: Points, corners: Points, *, mirrored: bool) -> Points:
        """(2, 2) the middles of the lids and of the iris of the eye with corners (2, 2); the network knows one eye."""
        found = []
        for side in EYE_SIDES:
            square = _square(corners.mean(axis=0), right, side * float(np.linalg.norm(corners[1] - corners[0])))
            eye, iris = self._eye.read(photograph, square, mirrored)
            middles = np.stack([_centre_of_gravity(_pairs(eye)[:LIDS]), _pairs(iris)[0]])
            found.append(self._eye.there(middles, square, mirrored))
        averaged: Points = np.mean(found, axis=0)
        return averaged


class _Network:
    """A network that looks at a square, and gives two lists of values.

    Args:
        file: TFLite.
        size: side in pixels of what it looks at.
        values: how many are in each list.
    """

    def __init__(self, file: Path, size: int, values: tuple[int, int]) -> None:
        self._size = size
        self._values = values
        self._one_at_a_time = Lock()
        try:
            self._network = cv2.dnn.readNetFromTFLite(str(file), *ENGINE)
            self._outputs = self._network.getUnconnectedOutLayersNames()
            given = {output.size for output in self._forward(np.zeros((size, size, 3), np.uint8))}
        except cv2.error as error:
            raise InputError(f"{file} is no network that OpenCV can read") from error
        if given != set(values):
            raise InputError(f"{file} gives {sorted(given)} values, where {sorted(values)} are needed")

    def read(self, photograph: Pixels, square: FaceSquare, mirrored: bool = False) -> list[NDArray[np.float32]]:
        """Both lists, of what a photograph (H, W, 3) shows in a square."""
        shown = cut(photograph, square, self._size)
        by_length = {output.size: output.ravel() for output in self._forward(shown[:, ::-1] if mirrored else shown)}
        return [by_length[length] for length in self._values]

    def there(self, points: Points, square: FaceSquare, mirrored: bool = False) -> Points:
        """(N, 2) points that it gave for a square, in pixels of the photograph; its own begin at the first's border."""
        within = points - 0.5
        if mirrored:
            within[:, 0] = self._size - 1 - within[:, 0]
        return square.there(within, self._size)

    def _forward(self, shown: Pixels) -> list[NDArray[np.float32]]:
        with self._one_at_a_time:
            self._network.setInput((shown.astype(np.float32) / 255).transpose(2, 0, 1)[None])
            outputs: list[NDArray[np.float32]] = list(self._network.forward(self._outputs))
        return outputs


def _pairs(values: NDArray[np.float32]) -> Points:
    """(N, 2) of N x, y and z after each other."""
    return values.reshape(-1, 3)[:, :2].astype(np.float64)


def _centre_of_gravity(outline: Points) -> Points:
    """(2,) of the convex area that points (N, 2) go around; their mean where they lie on a line, as closed lids may."""
    area = cv2.moments(cv2.convexHull(outline.astype(np.float32)))
    if area["m00"] == 0:
        on_line: Points = outline.mean(axis=0)
        return on_line
    return np.array([area["m10"] / area["m00"], area["m01"] / area["m00"]])


def _square(centre: Points, right: Points, side: float) -> FaceSquare:
    return FaceSquare(centre, right / np.linalg.norm(right), side)


def _around(points: Points, right: Points) -> FaceSquare:
    """The square around points (N, 2) that is upright as `right` says."""
    upright = _square(np.zeros(2), right, 1.0)
    least, most = (points @ upright.axes.T).min(axis=0), (points @ upright.axes.T).max(axis=0)
    return _square((least + most) / 2 @ upright.axes, right, SIDE * float((most - least).max()))
