"""Eyes that a parser sees in shifted and mirrored views: to parts of a pixel, or not at all where it is unsteady."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmark.photographs.align import FaceSquare
from benchmark.photographs.steady_eyes import PARSER_SHARE, placed_between, steady_eyes
from tests.benchmark.photographs.coloured_eyes import by_colour

SIZE = 64
EYES = np.array([[131.0, 139.5], [198.5, 160.25]])
COLOURS = ((255, 0, 0), (0, 0, 255))


@pytest.fixture
def photograph() -> NDArray[np.uint8]:
    """Two discs of 18 pixels on grey, drawn to parts of a pixel."""
    found = np.full((320, 320, 3), 128, np.uint8)
    for (x, y), colour in zip(EYES, COLOURS, strict=True):
        centre = (round(x * 16), round(y * 16))
        cv2.circle(found, centre, 9 * 16, colour, -1, cv2.LINE_AA, shift=4)
    return found


@pytest.fixture
def square() -> FaceSquare:
    right = (EYES[1] - EYES[0]) / np.linalg.norm(EYES[1] - EYES[0])
    return FaceSquare(np.array([166.0, 175.0]), right, 280.0)


def test_eyes_are_found_to_a_part_of_a_pixel(photograph: NDArray[np.uint8], square: FaceSquare) -> None:
    found = steady_eyes(photograph, square, SIZE, by_colour)
    assert found is not None
    np.testing.assert_allclose(found, EYES, atol=0.2)  # a pixel of what the parser sees is 4.4 of the photograph


def test_the_left_one_is_first_whatever_it_is_called(photograph: NDArray[np.uint8], square: FaceSquare) -> None:
    found = steady_eyes(photograph, square, SIZE, lambda images: by_colour(images)[:, ::-1])
    assert found is not None
    np.testing.assert_allclose(found, EYES, atol=0.2)


def test_an_eye_that_moves_from_view_to_view_is_not_believed(photograph: NDArray[np.uint8], square: FaceSquare) -> None:
    def of_side(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.roll(by_colour(images), 1, axis=3)  # the same way in a mirrored view, which is the other way

    assert steady_eyes(photograph, square, SIZE, of_side) is None


@pytest.mark.parametrize("seen", [0.0, 1.0])
def test_no_eye_and_an_eye_everywhere_are_none(photograph: NDArray[np.uint8], square: FaceSquare, seen: float) -> None:
    def never(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.full((len(images), 2, SIZE, SIZE), seen, np.float32)

    assert steady_eyes(photograph, square, SIZE, never) is None


def test_eyes_lie_between_those_that_both_found_unless_far_apart() -> None:
    apart = float(np.linalg.norm(EYES[1] - EYES[0]))
    near, far = (EYES + np.array([[share * apart, 0], [0, 0]]) for share in (0.04, 0.06))
    np.testing.assert_allclose(placed_between(EYES, near), EYES + PARSER_SHARE * (near - EYES))
    assert placed_between(EYES, far) is None
    assert placed_between(EYES, None) is None
