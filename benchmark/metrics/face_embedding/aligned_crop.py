"""Faces aligned as ArcFace's networks expect them, from five landmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.transform import SimilarityTransform

from benchmark.metrics.face_embedding.dlib_network import THRESHOLD, read_model
from registry.errors import InputError

SIDE: Final = 112
"""Pixels a side of an aligned face."""
TEMPLATE: Final = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
"""Where ArcFace (Deng et al., CVPR 2019) puts both eyes, nose, and corners of the mouth, from the image's left."""
NUM_LANDMARKS: Final = 68
FILE: Final = "shape_predictor_68_face_landmarks.dat"
"""The predictor's file, as dlib's author publishes it."""
_LEFT_EYE, _RIGHT_EYE = slice(36, 42), slice(42, 48)
_NOSE, _LEFT_CORNER, _RIGHT_CORNER = 30, 48, 54
"""Of the sixty-eight landmarks of iBUG 300-W, from the image's left."""


class FaceAligner:
    """dlib's detector and its sixty-eight landmarks, of which ArcFace's five are made.

    Args:
        landmarks: file of the landmark predictor.

    Raises:
        InputError: if dlib cannot read it, or it predicts another number of landmarks.
    """

    def __init__(self, landmarks: Path) -> None:
        import dlib  # of the extra `identity`

        self._detector = dlib.get_frontal_face_detector()
        self._landmarks = landmark_predictor(landmarks)

    def aligned(self, image: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
        """The face of an RGB image (H, W, 3), (SIDE, SIDE, 3); None where none is found."""
        boxes, _, _ = self._detector.run(image, 0, THRESHOLD)  # the best first
        if not boxes:
            return None
        return aligned_crop(image, points_in_box(self._landmarks, image, boxes[0]))


def landmark_predictor(path: Path) -> Any:
    """Load dlib's predictor of sixty-eight landmarks.

    Raises:
        InputError: if dlib cannot read it, or it predicts another number of landmarks.
    """
    import dlib  # of the extra `identity`

    predictor = read_model(dlib.shape_predictor, path, FILE)
    side = 8
    number = predictor(np.zeros((side, side, 3), np.uint8), dlib.rectangle(0, 0, side, side)).num_parts
    if number != NUM_LANDMARKS:
        raise InputError(f"{path}: predicts {number} landmarks, where {NUM_LANDMARKS} are needed; give {FILE}")
    return predictor


def points_in_box(predictor: Any, image: NDArray[np.uint8], box: Any) -> NDArray[np.float64]:
    """The `five_points` (5, 2) of the face in a dlib rectangle of an RGB image (H, W, 3)."""
    return five_points(np.array([(point.x, point.y) for point in predictor(image, box).parts()], np.float64))


def five_points(landmarks: NDArray[np.float64]) -> NDArray[np.float64]:
    """The centres of both eyes, the tip of the nose and the corners of the mouth (5, 2), of landmarks (68, 2)."""
    eyes = landmarks[_LEFT_EYE].mean(axis=0), landmarks[_RIGHT_EYE].mean(axis=0)
    return np.stack([*eyes, landmarks[_NOSE], landmarks[_LEFT_CORNER], landmarks[_RIGHT_CORNER]])


def aligned_crop(image: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.uint8] | None:
    """An image (H, W, 3) moved so that five points lie nearest to the template; what lies outside of it is black.

    The transform is a similarity of least squares (Umeyama, 1991).

    Args:
        image: RGB.
        points: (5, 2), x before y.

    Returns:
        (SIDE, SIDE, 3); None where the points are one.
    """
    transform = SimilarityTransform.from_estimate(points, TEMPLATE)
    if not transform or not np.isfinite(transform.params).all():
        return None
    warped: NDArray[np.uint8] = cv2.warpAffine(image, transform.params[:2], (SIDE, SIDE), borderValue=0)
    return warped
