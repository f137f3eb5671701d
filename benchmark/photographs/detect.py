"""Finds the faces of a photograph, and five points of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np

from benchmark.images.convert import Pixels
from benchmark.metrics.face_embedding.aligned_crop import landmark_predictor, points_in_box
from benchmark.photographs.align import Points
from benchmark.photographs.face_networks import FaceNetworks
from benchmark.weights.locate import Weights, WeightsFile, WeightsMissing, WeightsRefused
from registry.errors import InputError

LANDMARKS: Final = "dlib-face-landmarks-68"
"""The predictor's id among the weights files,"""
NETWORKS: Final = ("mediapipe-face-surface", "mediapipe-eye")
"""and those of the networks that place points closer, which need not be there."""
PASSES: Final = ((1280, 0.0), (2560, 0.0), (1280, -0.3))
"""Longer side of the photograph that is searched, and the score from which a face counts; a pass begins where the one
before found too few, the last one where there is none. dlib's detector knows faces of 80 pixels and more."""
MAX_ENLARGED: Final = 4.0
"""Times that a small photograph is enlarged at most."""
SAME: Final = 0.5
"""How near the middles of the eyes of two faces are, in distances of the eyes, which then are one."""
BOX: Final = 300
"""Side at which the landmarks of a face are looked for, so that whole pixels are fine enough."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class FoundFace:
    """A face in a photograph.

    Attributes:
        box: left, top, right and bottom, in pixels; it may reach beyond the photograph.
        points: (5, 2) centres of both eyes, tip of the nose, and corners of the mouth, each pair from the image's left.
        placed_by: what placed the eyes and the mouth. "networks", or "landmarks" where these are not here;
            "networks and parser" where the eyes lie between where both have them; "parser" where it moved all that
            landmarks had placed, but for the nose.
    """

    box: Box
    points: Points
    placed_by: Literal["landmarks", "networks", "parser", "networks and parser"] = "landmarks"

    @property
    def width(self) -> float:
        """Of the box."""
        return self.box[2] - self.box[0]


class FaceFinder:
    """dlib's frontal detector and its sixty-eight landmarks, and the networks where they are given.

    Args:
        landmarks: file of the landmark predictor.
        networks: place eyes and mouth closer than landmarks do, and say what is no face.

    Raises:
        InputError: if dlib cannot read the file, or it predicts another number of landmarks.
    """

    def __init__(self, landmarks: Path, networks: FaceNetworks | None = None) -> None:
        import dlib  # of the extra `identity`

        self._detector = dlib.get_frontal_face_detector()
        self._landmarks = landmark_predictor(landmarks)
        self._rectangle = dlib.rectangle
        self._networks = networks

    def faces(self, photograph: Pixels, at_least: int = 1) -> list[FoundFace]:
        """The faces of a photograph (H, W, 3), the largest first; those of about its upright are found.

        Args:
            photograph: uint8 RGB.
            at_least: where fewer are found, smaller ones are looked for.
        """
        found: list[FoundFace] = []
        for longer_side, threshold in PASSES:
            if len(found) >= at_least or (found and threshold < 0):
                break
            boxes = self._boxes(photograph, longer_side, threshold)
            faces = [face for box in boxes if (face := self._face(photograph, box)) is not None]
            found = max(found, _distinct(faces), key=len)
        return sorted(found, key=lambda face: -face.width)

    def _boxes(self, photograph: Pixels, longer_side: int, threshold: float) -> Iterator[Box]:
        scale = min(longer_side / max(photograph.shape[:2]), MAX_ENLARGED)
        searched, ratios = _scaled(photograph, scale)
        boxes, _, _ = self._detector.run(searched, 0, threshold)
        for box in boxes:
            left, right = ((value + 0.5) / ratios[0] - 0.5 for value in (box.left(), box.right()))
            top, bottom = ((value + 0.5) / ratios[1] - 0.5 for value in (box.top(), box.bottom()))
            yield left, top, right, bottom

    def _face(self, photograph: Pixels, box: Box) -> FoundFace | None:
        """The face in a box; None where the networks see none."""
        face = FoundFace(box, self._points(photograph, box))
        if self._networks is None:
            return face
        points = self._networks.points(photograph, face.points, face.width)
        return None if points is None else FoundFace(box, points, "networks")

    def _points(self, photograph: Pixels, box: Box) -> Points:
        height, width = photograph.shape[:2]
        reach = (box[2] - box[0]) / 2
        left, top = max(0, int(box[0] - reach)), max(0, int(box[1] - reach))
        around = photograph[top : min(height, int(box[3] + reach) + 1), left : min(width, int(box[2] + reach) + 1)]
        shown, ratios = _scaled(around, BOX / (box[2] - box[0]))
        corners = (np.reshape(box, (2, 2)) - [left, top] + 0.5) * ratios - 0.5
        rectangle = self._rectangle(*(int(value) for value in np.rint(corners).flatten()))
        points: Points = (points_in_box(self._landmarks, shown, rectangle) + 0.5) / ratios - 0.5 + [left, top]
        return points


def face_finder(weights: Weights) -> FaceFinder:
    """The finder, with the files that `weights` finds; one for all photographs of a process.

    Raises:
        InputError: as `finder_files`, or if a file cannot be read.
    """
    return _loaded(*finder_files(weights))


def finder_files(weights: Weights) -> list[WeightsFile]:
    """The files that faces are found by: of the landmarks, and of both networks where they are here.

    Raises:
        InputError: if dlib or the landmarks are not here, a file is not the published one, or one network is named by
            `--weights` and the other is nowhere.
    """
    if find_spec("dlib") is None:
        raise InputError(
            "faces are found by dlib, which is not installed: pip install 'face-editing-benchmark[identity]'"
        )
    try:
        return [weights.find(LANDMARKS), *_networks(weights)]
    except WeightsMissing as error:
        raise InputError(str(error)) from error


def _networks(weights: Weights) -> list[WeightsFile]:
    """Both files; none where one is nowhere, and nobody named the other.

    Raises:
        WeightsMissing: if one is nowhere and the other was named, or one is there and is not the published one.
    """
    found, missing = [], []
    for id in NETWORKS:
        try:
            found.append(weights.find(id))
        except WeightsRefused:
            raise
        except WeightsMissing as reason:
            missing.append(reason)
    if missing and any(id in weights.named for id in NETWORKS):
        raise missing[0]
    return [] if missing else found


def _distinct(faces: list[FoundFace]) -> list[FoundFace]:
    """The faces without those whose eyes are another's: two boxes may lead to one face."""
    kept: list[FoundFace] = []
    for face in faces:
        near = SAME * np.linalg.norm(face.points[1] - face.points[0])
        if all(np.linalg.norm((face.points[:2] - other.points[:2]).mean(axis=0)) > near for other in kept):
            kept.append(face)
    return kept


@lru_cache(maxsize=1)
def _loaded(landmarks: WeightsFile, *networks: WeightsFile) -> FaceFinder:
    """Keyed by the files' hashes too: another content under the same path finds other points."""
    return FaceFinder(landmarks.path, FaceNetworks(*(file.path for file in networks)) if networks else None)


def _scaled(image: Pixels, scale: float) -> tuple[Pixels, Points]:
    """An image at about `scale` times its size, and by how much its width and its height changed."""
    height, width = image.shape[:2]
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    changed: Pixels = cv2.resize(image, (wide, high), interpolation=way)
    return changed, np.array([wide / width, high / height])
