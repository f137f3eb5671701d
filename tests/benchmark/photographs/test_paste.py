"""Edits put back: nothing outside changes, what is unedited stays, and what is edited is there again."""

import numpy as np
import pytest

from benchmark.photographs.align import FaceSquare, cut
from benchmark.photographs.paste import paste
from benchmarks.faces import faces
from benchmarks.photo_scenes import place_face

SIZES = (64, 256)


def square_at(degrees: float, side: float, centre: tuple[float, float] = (480.0, 400.0)) -> FaceSquare:
    angle = np.deg2rad(degrees)
    return FaceSquare(np.array(centre), np.array([np.cos(angle), np.sin(angle)]), side)


SQUARES = [
    square_at(0, 300),
    square_at(-17, 410.3),
    square_at(33, 48),
    square_at(12, 500, (20.0, 780.0)),
    square_at(5, 1400),
]


@pytest.fixture(scope="module")
def scene() -> np.ndarray:
    return place_face(faces(1, 256, seed=2)[0], 0, side=400, degrees=0).image


def inside(square: FaceSquare, scene: np.ndarray) -> np.ndarray:
    height, width = scene.shape[:2]
    return square.has(np.arange(width), np.arange(height))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("square", SQUARES, ids=["upright", "turned", "small", "at a corner", "larger"])
def test_an_unedited_crop_changes_no_pixel(square: FaceSquare, size: int, scene: np.ndarray) -> None:
    aligned = cut(scene, square, size)
    np.testing.assert_array_equal(paste(scene, square, aligned, aligned, np.ones((size, size), bool)), scene)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("square", SQUARES, ids=["upright", "turned", "small", "at a corner", "larger"])
def test_nothing_changes_outside_the_square(square: FaceSquare, size: int, scene: np.ndarray) -> None:
    aligned = cut(scene, square, size)
    pasted = paste(scene, square, aligned, 255 - aligned, np.ones((size, size), bool))
    changed = (pasted != scene).any(axis=2)
    assert changed.any()
    assert not (changed & ~inside(square, scene)).any()


def test_nothing_changes_outside_the_region(scene: np.ndarray) -> None:
    square, size = square_at(-17, 410.3), 64
    aligned = cut(scene, square, size)
    region = np.zeros((size, size), bool)
    region[30:50, 20:44] = True
    pasted = paste(scene, square, aligned, 255 - aligned, region)
    changed = (pasted != scene).any(axis=2)
    there = np.linalg.inv(np.vstack([square.to_photograph(size), [0, 0, 1]]))
    rows, columns = np.nonzero(changed)
    x, y, _ = there @ np.stack([columns, rows, np.ones_like(rows)])
    assert x.min() > 18
    assert x.max() < 45
    assert y.min() > 28
    assert y.max() < 51
    middle = np.rint(square.to_photograph(size) @ [32, 40, 1]).astype(int)
    assert changed[middle[1], middle[0]]


@pytest.mark.parametrize("square", SQUARES[:2], ids=["upright", "turned"])
def test_an_edit_is_found_again_where_it_was_made(square: FaceSquare, scene: np.ndarray) -> None:
    size = 128
    aligned = cut(scene, square, size)
    edited = np.clip(aligned.astype(int) + 60 * np.sin(np.arange(size) / 9)[None, :, None], 0, 255).astype(np.uint8)
    region = np.ones((size, size), bool)
    again = cut(paste(scene, square, aligned, edited, region), square, size)
    middle = np.s_[12:-12, 12:-12]
    assert np.abs(again[middle].astype(int) - edited[middle]).mean() < 2
    assert np.abs(aligned[middle].astype(int) - edited[middle]).mean() > 20


def test_detail_stays_where_the_edit_changes_nothing(scene: np.ndarray) -> None:
    square, size = square_at(0, 384, (480.0, 400.0)), 32
    aligned = cut(scene, square, size)
    edited = aligned.copy()
    edited[:, :16] = 255
    pasted = paste(scene, square, aligned, edited, np.ones((size, size), bool))
    np.testing.assert_array_equal(pasted[210:590, 520:670], scene[210:590, 520:670])
    assert (pasted[380:420, 330:440] >= 250).all()
