"""dlib's face recognition, from the picture of a face to its embedding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from registry.errors import InputError
from registry.system_errors import is_of_the_system

SIDE: Final = 256
"""Pixels of a picture: dlib's detector needs faces of 80 pixels, its ResNet looks at 150."""

LENGTH: Final = 128
"""Numbers of an embedding."""

THRESHOLD: Final = -0.5
"""Detector score from which a face counts as found. The images hold one face each, so that the best find is the face;
at dlib's 0 one drawn face in twenty is missed."""

CHIP: Final = 150
"""Pixels a side of the aligned face that dlib's ResNet takes."""


_SHOWN_BYTES: Final = 16
"""Of a file that is none of dlib's, as messages show it."""


class FaceRecognition:
    """dlib's face detector, five landmarks, and the ResNet of dlib_face_recognition_resnet_model_v1.

    King, "Dlib-ml: A Machine Learning Toolkit" (JMLR 2009); alignment and embedding as dlib's own
    face_recognition.py has them, without jitter.

    Args:
        landmarks: file of the landmark predictor.
        network: file of the ResNet.

    Raises:
        InputError: if dlib cannot read one of them.
    """

    def __init__(self, landmarks: Path, network: Path) -> None:
        import dlib  # of the extra `identity`

        self._chip = dlib.get_face_chip
        self._detector = dlib.get_frontal_face_detector()
        self._landmarks = read_model(dlib.shape_predictor, landmarks, "shape_predictor_5_face_landmarks.dat")
        self._network = read_model(dlib.face_recognition_model_v1, network, "dlib_face_recognition_resnet_model_v1.dat")

    def embedding(self, image: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(SIDE, SIDE, 3) RGB to (LENGTH,); NaN where no face is found."""
        boxes, _, _ = self._detector.run(image, 0, THRESHOLD)  # the best first
        if not boxes:
            return np.full(LENGTH, np.nan)
        chip = self._chip(image, self._landmarks(image, boxes[0]), size=CHIP)
        return np.array(self._network.compute_face_descriptor(chip), dtype=np.float64)


def read_model(load: Callable[[str], Any], path: Path, expected: str) -> Any:
    """One of dlib's models.

    Args:
        load: dlib's class of the model.
        path: of the file.
        expected: the published file's name.

    Raises:
        InputError: if dlib cannot read it.
    """
    try:
        return load(str(path))
    except RuntimeError as error:
        if is_of_the_system(error):
            raise
        with path.open("rb") as file:
            start = file.read(_SHOWN_BYTES)
        raise InputError(
            f"{path}: is no {expected} that dlib can read ({path.stat().st_size:,} bytes, which begin {start!r}); give "
            "that file, or leave its --weights out and install 'face-editing-benchmark[identity]', which brings it"
        ) from error
