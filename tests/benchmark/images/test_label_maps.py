"""Label maps are read in the order or the colours that a file has, and refused where these contradict each other."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image
from typer.main import get_command

from benchmark.cli import app
from benchmark.images.label_maps import is_label_map, read_labels, renumbered
from benchmark.images.label_sets import COLORS as PALETTE_SET
from benchmark.images.label_sets import FACE_PARSING as FACE_PARSING_SET
from benchmark.images.label_sets import LabelSet, find_label_set, label_sets, orders
from methods.labels import LABELS, NUM_LABELS, PALETTE, numbered
from registry.errors import InputError
from tests.benchmark.images.encoded import LOSSLESS, by_opencv, encoded, png_grey_4, tiff_grey
from tests.places import ROOT

EVERY = np.arange(20, dtype=np.uint8).reshape(4, 5) % NUM_LABELS
COLORS = np.asarray(PALETTE, np.uint8)
FACE_PARSING = np.array([list(FACE_PARSING_SET.numbers.values()).index(name) for name in LABELS], np.uint8)
label_maps = hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 18))


def saved(folder: Path, image: Image.Image, name: str = "a.png") -> Path:
    path = folder / name
    path.write_bytes(encoded(image, "PNG"))
    return path


def in_palette(labels: NDArray[np.uint8], colors: NDArray[np.uint8]) -> Image.Image:
    image = Image.fromarray(labels)
    image.putpalette(colors.astype(np.uint8).tobytes())
    return image


def test_each_order_names_every_label_once() -> None:
    assert list(orders()) == ["celebamask-hq", "face-parsing"]
    for order in orders().values():
        assert sorted(order.numbers.values()) == sorted(LABELS)
    # https://github.com/zllrunning/face-parsing.PyTorch, the labels of its prepropess_data.py
    assert FACE_PARSING_SET.numbers[10] == "nose"
    assert FACE_PARSING_SET.numbers[17] == "hair"


def test_the_label_sets_stand_in_the_documentation_and_in_the_help() -> None:
    page = (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")
    command: Any = get_command(app)
    described = {option.name: option.help for option in command.commands["score"].params}["labels"]
    for name, label_set in label_sets().items():
        assert f"`{name}`" in page
        assert name in described
        if label_set.numbers:
            assert numbered([*label_set.numbers.values()]) in page
    for label_set in orders().values():
        assert numbered([*label_set.numbers.values()]) in described


def test_a_map_means_the_same_in_every_way_of_labels(tmp_path: Path) -> None:
    ways = {
        "celebamask-hq": [Image.fromarray(EVERY), Image.fromarray(EVERY.astype(np.uint16)), in_palette(EVERY, COLORS)],
        "face-parsing": [Image.fromarray(FACE_PARSING[EVERY]), in_palette(FACE_PARSING[EVERY], COLORS[::-1] // 2)],
        "palette": [Image.fromarray(COLORS[EVERY]), Image.fromarray(COLORS[EVERY]).quantize(19)],
    }
    for name, images in ways.items():
        for image in images:
            np.testing.assert_array_equal(read_labels(saved(tmp_path, image), find_label_set(name)), EVERY)


@pytest.mark.parametrize("ending", LOSSLESS)
@pytest.mark.parametrize("orientation", [1, 6])
def test_colours_are_read_from_any_lossless_file(tmp_path: Path, ending: str, orientation: int) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_bytes(LOSSLESS[ending](Image.fromarray(COLORS[EVERY]), orientation))
    np.testing.assert_array_equal(read_labels(path, PALETTE_SET), EVERY)


@given(label_maps, st.sampled_from(sorted(orders())), st.sampled_from(sorted(orders())))
def test_numbers_read_in_another_order_are_what_that_order_says(labels: NDArray[np.uint8], one: str, two: str) -> None:
    read_by, meant = orders()[one], orders()[two]
    number_of = {name: number for number, name in read_by.numbers.items()}
    expected = [[LABELS.index(meant.numbers[number_of[LABELS[label]]]) for label in row] for row in labels]
    np.testing.assert_array_equal(renumbered(labels, read_by, meant), expected)


def test_a_palette_whose_colours_stand_for_other_labels_than_its_indices_is_refused(tmp_path: Path) -> None:
    renamed = saved(tmp_path, Image.fromarray(COLORS[EVERY]).quantize(19))
    with pytest.raises(InputError, match=r"a\.png: its palette has the dataset's colours under other indices") as error:
        read_labels(renamed)
    assert "the label set palette" in str(error.value)
    with pytest.raises(InputError, match="under other indices"):
        read_labels(saved(tmp_path, in_palette(EVERY, COLORS)), FACE_PARSING_SET)


@pytest.mark.parametrize(
    ("image", "name", "sentence"),
    [
        (Image.new("RGB", (3, 2)), "celebamask-hq", r"one channel of labels; this is RGB.* label set palette"),
        (
            Image.new("L", (3, 2), 19),
            "celebamask-hq",
            r"holds label 19 at column 0, row 0; labels of celebamask-hq are 0\.\.18",
        ),
        (Image.fromarray(np.full((2, 3), 300, np.uint16)), "face-parsing", "holds label 300"),
        (Image.new("L", (3, 2)), "palette", "palette has colours; this image has none, being L"),
        (
            Image.fromarray(np.array([[[204, 0, 0], [204, 1, 0]]], np.uint8)),
            "palette",
            r"the colour \(204, 1, 0\) at column 1, row 0 is no label's",
        ),
    ],
)
def test_what_is_no_label_map_is_refused(tmp_path: Path, image: Image.Image, name: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_labels(saved(tmp_path, image), find_label_set(name))


@pytest.mark.parametrize(
    ("content", "white"),
    [
        (b"P5 2 2 18\n\0\1\0\1", 18),
        (b"P5\n# 1 2 3\n2 2\n#\n1000\n\0\0\0\1\0\0\0\1", 1000),
        (b"P2 2 2 18 0 1 0 1", 18),
        (by_opencv(".png", np.eye(2, dtype=np.uint8)), None),
        (b"P5 2 2 255\n\0\1\0\1", None),
        (b"P5 2 2 65535\n\0\0\0\1\0\0\0\1", None),
        (png_grey_4(np.eye(2, dtype=np.uint8)), 15),
        (tiff_grey(np.eye(4, dtype=np.uint8), 2), 3),
        (tiff_grey(np.eye(4, dtype=np.uint8), 4), 15),
        (encoded(Image.fromarray(np.eye(2, dtype=np.uint8)), "TIFF"), None),
    ],
)
def test_grey_that_readers_rescale_is_refused(tmp_path: Path, content: bytes, white: int | None) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    if white is None:
        assert set(read_labels(path).ravel()) <= {0, 1}
    else:
        with pytest.raises(InputError, match=rf"its grey values go up to {white}, .* save the labels in 8 bits"):
            read_labels(path)


def test_another_label_set_is_refused() -> None:
    with pytest.raises(InputError, match="unknown label set 'faceparsing'; did you mean 'face-parsing'"):
        find_label_set("faceparsing")


@pytest.mark.parametrize("name", ["lapa", "helen"])
def test_eleven_classes_are_labels_of_the_nineteen(tmp_path: Path, name: str) -> None:
    numbers = Image.fromarray(np.arange(11, dtype=np.uint8)[None])
    # the sets' left is the image's, CelebAMask-HQ's that of the person
    expected = ["background", "skin", "r_brow", "l_brow", "r_eye", "l_eye", "nose", "u_lip", "mouth", "l_lip", "hair"]
    labels = read_labels(saved(tmp_path, numbers), find_label_set(name))
    assert [LABELS[label] for label in labels[0]] == expected
    with pytest.raises(InputError, match=rf"holds label 11 at column 2, row 0; labels of {name} are 0\.\.10"):
        read_labels(saved(tmp_path, Image.fromarray(np.array([[0, 1, 11]], np.uint8))), find_label_set(name))


def own(folder: Path, text: str) -> LabelSet:
    (folder / "labels.yaml").write_text(text)
    return find_label_set("labels.yaml", folder)


def test_numbers_of_ones_own_may_have_gaps_and_merge(tmp_path: Path) -> None:
    label_set = own(tmp_path, "numbers: {0: background, 7: skin, 9: skin, 200: hair}")
    labels = read_labels(saved(tmp_path, Image.fromarray(np.array([[0, 7, 9, 200]], np.uint8))), label_set)
    assert [LABELS[label] for label in labels[0]] == ["background", "skin", "skin", "hair"]
    with pytest.raises(InputError, match=r"holds label 8 at column 1, row 0; labels of labels\.yaml are 0, 7, 9, 200"):
        read_labels(saved(tmp_path, Image.fromarray(np.array([[7, 8]], np.uint8))), label_set)


def test_colours_of_ones_own_may_merge(tmp_path: Path) -> None:
    label_set = own(tmp_path, "colors: {'#000000': background, ff0000: l_eye, '#00FF00': l_eye}")
    pixels = np.array([[[0, 0, 0], [255, 0, 0], [0, 255, 0]]], np.uint8)
    labels = read_labels(saved(tmp_path, Image.fromarray(pixels)), label_set)
    assert [LABELS[label] for label in labels[0]] == ["background", "l_eye", "l_eye"]
    pixels[0, 1] = 1
    with pytest.raises(InputError, match=r"a\.png: the colour \(1, 1, 1\) at column 1, row 0 is no label's"):
        read_labels(saved(tmp_path, Image.fromarray(pixels)), label_set)


def test_a_list_of_labels_is_a_label_set() -> None:
    assert find_label_set(["background", "hair"]).numbers == {0: "background", 1: "hair"}
    with pytest.raises(InputError, match="label_set: numbers: 1: unknown label 'hairs'; did you mean 'hair'"):
        find_label_set(["background", "hairs"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[skin]", "a label set is a mapping with numbers or colors"),
        ("number: [skin]", "unknown key 'number'; did you mean 'numbers'"),
        ("{numbers: [skin], colors: {}}", "either numbers or colors"),
        ("numbers: {a: skin}", "numbers: 'a' is no label's number, 0 to 255"),
        ("numbers: {256: skin}", "'256' is no label's number"),
        ("numbers: {1: skin, 01: hair}", "numbers: 1 stands there twice"),
        ("numbers: {1: [skin]}", r"numbers: 1: unknown label"),
        ("numbers: 3", "numbers are a list of labels, or a mapping"),
        ("colors: [skin]", "colors are a mapping of colours"),
        ("colors: {red: skin}", "'red' is no colour, such as '#cc0000'"),
        ("colors: {ff0000: skin, '#FF0000': hair}", "#FF0000 stands there twice"),
    ],
)
def test_a_file_that_is_no_label_set_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=f"labels.yaml: .*{sentence}"):
        own(tmp_path, text)


def test_a_label_map_is_told_from_a_picture(tmp_path: Path) -> None:
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8))
    maps = [Image.fromarray(EVERY), in_palette(EVERY, COLORS), Image.fromarray(COLORS[EVERY])]
    assert [is_label_map(saved(tmp_path, image)) for image in maps] == [True] * len(maps)
    pictures = [
        picture,
        picture.convert("L"),
        picture.convert("RGBA"),
        *(Image.new(mode, (4, 5)) for mode in ("RGB", "L")),
    ]
    assert [is_label_map(saved(tmp_path, image)) for image in pictures] == [False] * len(pictures)
    assert not is_label_map(saved(tmp_path, Image.fromarray(EVERY), "a.jpg"))
