"""The square of a face: CelebA-HQ's formula, what a cut shows, and what lies beyond the photograph."""

import cv2
import numpy as np
import pytest

from benchmark.photographs.align import FaceSquare, celeba_hq_square, cut

POINTS = np.array([[40.0, 50.0], [60.0, 50.0], [50.0, 60.0], [43.0, 75.0], [57.0, 75.0]])


def turned(points: np.ndarray, degrees: float, scale: float) -> np.ndarray:
    angle = np.deg2rad(degrees)
    way = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return points @ way.T


def ramps(height: int, width: int) -> np.ndarray:
    """A picture whose red says the column and whose green the row."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([columns % 256, rows % 256, np.zeros_like(rows)], axis=2).astype(np.uint8)


def test_an_upright_face_gets_the_published_square() -> None:
    square = celeba_hq_square(POINTS)
    assert square.side == pytest.approx(max(4.0 * 20, 3.6 * 25))
    assert square.centre.tolist() == pytest.approx([50, 50 + 0.1 * 25])
    assert square.right.tolist() == pytest.approx([1, 0])
    assert square.corners[0].tolist() == pytest.approx([50 - 45, 52.5 - 45])


def test_eyes_far_apart_decide_the_side() -> None:
    wide = POINTS.copy()
    wide[:2, 0] = [30, 70]
    assert celeba_hq_square(wide).side == pytest.approx(160)


@pytest.mark.parametrize("degrees", [-170.0, -35.0, 20.0, 90.0])
def test_the_square_turns_and_grows_with_the_face(degrees: float) -> None:
    plain, other = celeba_hq_square(POINTS), celeba_hq_square(turned(POINTS, degrees, 2.5))
    np.testing.assert_allclose(other.corners, turned(plain.corners, degrees, 2.5), atol=1e-9)


def test_points_that_are_one_have_no_square() -> None:
    with pytest.raises(ValueError, match="are one"):
        celeba_hq_square(np.full((5, 2), 7.0))


def test_a_square_on_whole_pixels_shows_exactly_them() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    square = FaceSquare(np.array([29.5, 24.5]), np.array([1.0, 0.0]), 20)
    np.testing.assert_array_equal(cut(picture, square, 20), picture[15:35, 20:40])


@pytest.mark.parametrize("degrees", [0.0, 30.0])
def test_pixels_are_cut_from_where_they_lie(degrees: float) -> None:
    angle = np.deg2rad(degrees)
    square = FaceSquare(np.array([120.0, 110.0]), np.array([np.cos(angle), np.sin(angle)]), 100)
    shown = cut(ramps(240, 250), square, 50)
    way = square.to_photograph(50)
    for column, row in ((0, 0), (49, 0), (10, 40), (49, 49)):
        np.testing.assert_allclose(shown[row, column, :2], way @ [column, row, 1], atol=1.5)


def test_a_large_square_is_averaged_rather_than_sampled() -> None:
    fine = np.zeros((2100, 2100, 3), np.uint8)
    fine[::2] = 255
    shown = cut(fine, FaceSquare(np.array([1050.0, 1050.0]), np.array([1.0, 0.0]), 2050), 64)
    assert np.abs(shown.astype(int) - 128).max() <= 2


def test_beyond_the_photograph_it_is_reflected_near_and_blurred_far() -> None:
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, (100, 100, 3)).astype(np.uint8)
    square = FaceSquare(np.array([-0.5, 49.5]), np.array([1.0, 0.0]), 100)
    shown = cut(picture, square, 100).astype(int)
    np.testing.assert_array_equal(shown[:, 50:], picture[:, :50])
    assert np.abs(shown[:, 48] - picture[:, 2]).mean() < 40  # the second column without: nearly its reflection
    assert shown[:, :30].std() < 0.5 * picture.std()


def test_a_photograph_smaller_than_its_square_is_reflected_again_and_again() -> None:
    square = FaceSquare(np.array([0.0, 0.0]), np.array([1.0, 0.0]), 50)
    single = np.full((1, 1, 3), 90, np.uint8)
    assert (cut(single, square, 32) == 90).all()
    narrow = cv2.merge([np.tile(np.uint8([10, 200]), (3, 1))] * 3)
    assert cut(narrow, square, 32).shape == (32, 32, 3)
