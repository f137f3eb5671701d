"""`bench photo` from the picture to its files: what it writes, reads and refuses."""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import benchmark
from benchmark.datasets.rendered_faces.renderer.factors import sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import render
from benchmark.images.label_maps import read_labels
from benchmark.images.read import read_image
from benchmarks.photo_scenes import place_face
from methods.labels import LABELS, MOUTH_LABELS
from tests.commands import TINY, Outcome, bench, half_written
from tests.places import ROOT

pytestmark = pytest.mark.skipif(
    find_spec("dlib") is None or find_spec("face_recognition_models") is None, reason="needs the extra `identity`"
)
SLICE = ROOT / "../shared/celebamask-hq-mini"
SIZE = 64


def scene(seed: int) -> np.ndarray:
    return place_face(render(sample_factors(5, seed), 384).image, seed, side=420, degrees=8).image


@pytest.fixture(scope="module")
def desk(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two photographs, and runs of methods that need no training, whose judges know little."""
    folder = tmp_path_factory.mktemp("photo")
    for name, seed in (("me.png", 3), ("other.png", 7)):
        Image.fromarray(scene(seed)).save(folder / name)
    words = ("--protocol", "reconstruction", "--runs", folder / "runs", "--set", f"dataset.size={SIZE}")
    assert bench("run", "--method", "region-color", *TINY, *words).code == 0
    return folder


def photo(desk: Path, out: Path, *words: str | Path) -> Outcome:
    return bench("photo", desk / "me.png", "--runs", desk / "runs", "--out", out, *words)


def sentence(desk: Path, out: Path, *words: str | Path) -> str:
    outcome = photo(desk, out, *words)
    assert outcome.code == 2
    return outcome.sentence


def face_mask(path: Path) -> Path:
    """A label map with every part that a mask method looks at."""
    labels = np.full((SIZE, SIZE), LABELS.index("skin"), np.uint8)
    labels[:14] = LABELS.index("hair")
    labels[26:29, 18:26], labels[26:29, 38:46] = LABELS.index("r_eye"), LABELS.index("l_eye")
    labels[44:46, 24:40], labels[46:48, 24:40] = LABELS.index("u_lip"), LABELS.index("l_lip")
    Image.fromarray(labels).save(path)
    return path


def test_without_an_edit_the_face_is_aligned_and_parsed(desk: Path, tmp_path: Path) -> None:
    outcome = photo(desk, tmp_path, "--method", "region-color")
    assert outcome.code == 0, outcome.err
    assert "no edit was asked for" in outcome.err
    assert read_image(tmp_path / "aligned.png").shape == (SIZE, SIZE, 3)
    assert read_labels(tmp_path / "mask.png").shape == (SIZE, SIZE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aligned.png", "mask.png", "photo.json", "sheet.png"]


def test_an_edited_mask_changes_the_mouth_of_the_photograph_alone(desk: Path, tmp_path: Path) -> None:
    own = face_mask(tmp_path / "own.png")
    edited = read_labels(own)
    edited[np.isin(edited, MOUTH_LABELS)] = LABELS.index("hair")
    Image.fromarray(edited).save(tmp_path / "edited.png")
    words = ("--face-mask", own, "--mask", tmp_path / "edited.png", "--method", "region-color", "--method", "telea")
    outcome = photo(desk, tmp_path / "out", *words)
    assert outcome.code == 0, outcome.err
    record = json.loads((tmp_path / "out" / "photo.json").read_text())
    corners = np.array(record["corners"])
    before, after = read_image(desk / "me.png"), read_image(tmp_path / "out" / "region-color-photograph.png")
    rows, columns = np.nonzero((before != after).any(axis=2))
    side = np.linalg.norm(corners[1] - corners[0])
    mouth = corners[0] + (corners[1] - corners[0]) * 0.5 + (corners[3] - corners[0]) * 46 / SIZE
    assert len(rows) > 100
    assert np.hypot(columns - mouth[0], rows - mouth[1]).max() < 0.3 * side
    assert set(record["methods"]) == {"region-color", "telea"}
    assert half_written(path.name for path in (tmp_path / "out").iterdir()) == []


def test_what_one_method_cannot_do_is_said_and_others_do_it(desk: Path, tmp_path: Path) -> None:
    hidden = np.zeros((SIZE, SIZE), np.uint8)
    hidden[20:30, 20:40] = 255
    Image.fromarray(hidden).save(tmp_path / "hide.png")
    words = ("--hide", tmp_path / "hide.png", "--method", "region-color", "--method", "telea", "--method", "mean-fill")
    outcome = photo(desk, tmp_path / "out", *words)
    assert outcome.code == 0, outcome.err
    assert "region-color cannot do this edit: it takes image and mask, and so fills no hidden region" in outcome.err
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"telea.png", "telea-photograph.png", "mean-fill-photograph.png", "sheet.png"} <= names
    assert "region-color.png" not in names


def test_the_python_function_gives_what_the_command_writes(desk: Path, tmp_path: Path) -> None:
    own = face_mask(tmp_path / "own.png")
    words = ("--face-mask", own, "--style", desk / "other.png", "--method", "region-color")
    assert photo(desk, tmp_path / "out", *words).code == 0
    found = benchmark.photo(
        desk / "me.png",
        "region-color",
        face_mask=own,
        style=desk / "other.png",
        runs=desk / "runs",
        quiet=True,
    )
    edit = found.edits["region-color"]
    assert edit.photograph is not None
    np.testing.assert_array_equal(edit.photograph, read_image(tmp_path / "out" / "region-color-photograph.png"))
    np.testing.assert_array_equal(found.aligned, read_image(tmp_path / "out" / "aligned.png"))


def test_photographs_of_every_kind_have_the_same_face(desk: Path, tmp_path: Path) -> None:
    pixels = scene(3)
    upright = Image.fromarray(pixels)
    sideways = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    kinds = {"turned.png": sideways, "alpha.png": upright.convert("RGBA"), "grey.png": upright.convert("L")}
    for name, image in kinds.items():
        image.save(tmp_path / name, exif=exif if name == "turned.png" else None)
    deep = np.asarray(upright.convert("L")).astype(np.uint16) * 257
    Image.fromarray(deep).save(tmp_path / "deep.png")
    plain = benchmark.photo(desk / "me.png", quiet=True)
    for name in ("turned.png", "alpha.png", "grey.png", "deep.png"):
        found = benchmark.photo(tmp_path / name, quiet=True)
        assert found.face.photograph.shape == pixels.shape
        apart = np.abs(found.face.square.corners - plain.face.square.corners).max()
        assert apart < 0.03 * plain.face.square.side, name


def test_wrong_input_is_one_sentence(desk: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    Image.fromarray(np.full((200, 300, 3), 90, np.uint8)).save(empty)
    told = bench("photo", empty, "--out", tmp_path / "out")
    assert (told.code, "empty.png: no face was found" in told.sentence) == (2, True)
    assert "found, and no face 9; the largest is face 1" in sentence(desk, tmp_path, "--face", "9")
    assert "no face 0" in sentence(desk, tmp_path, "--face", "0")
    assert "no method: give --method" in sentence(desk, tmp_path, "--attribute", "Smiling=1")
    words = ("--method", "region-color")
    assert "give --mask with an edited mask, or --style" in sentence(desk, tmp_path, "--attribute", "Smiling=1", *words)
    assert "is named twice" in sentence(desk, tmp_path, *words, *words)
    assert "'maskgann'" in sentence(desk, tmp_path, "--method", "maskgann")
    assert "--strength says" in sentence(desk, tmp_path, "--strength", "0.5", "--style", desk / "other.png", *words)
    (tmp_path / "cut.png").write_bytes((desk / "me.png").read_bytes()[:500])
    told = bench("photo", tmp_path / "cut.png", "--out", tmp_path / "out")
    assert (told.code, "cut.png: cannot be read as an image" in told.sentence) == (2, True)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not SLICE.exists(), reason="needs a slice of CelebAMask-HQ, which may not be in the repository")
def test_photographs_of_people_are_found_edited_and_pasted_back(tmp_path: Path) -> None:
    hidden = np.zeros((SIZE, SIZE), np.uint8)
    hidden[38:52, 20:44] = 255
    Image.fromarray(hidden).save(tmp_path / "hide.png")
    done = 0
    pictures = sorted((SLICE / "CelebA-HQ-img").iterdir())[::160]
    for number, picture in enumerate(pictures):
        placed = place_face(read_image(picture), number)
        Image.fromarray(placed.image).save(tmp_path / "scene.png")
        found = benchmark.photo(tmp_path / "scene.png", "telea", hide=tmp_path / "hide.png", quiet=True)
        edit = found.edits["telea"]
        assert edit.photograph is not None
        changed = (edit.photograph != placed.image).any(axis=2)
        height, width = changed.shape
        assert not (changed & ~found.face.square.has(np.arange(width), np.arange(height))).any()
        done += bool(changed.any())
    assert done == len(pictures)
