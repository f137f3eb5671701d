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
from benchmark.images.label_orders import LABEL_CODES, LABEL_ORDERS, LabelCode, label_code, order_in_words
from methods.labels import LABELS, NUM_LABELS, PALETTE
from registry.errors import InputError
from tests.benchmark.images.encoded import LOSSLESS, by_opencv, encoded, png_grey_4, tiff_grey
from tests.places import ROOT

EVERY = np.arange(20, dtype=np.uint8).reshape(4, 5) % NUM_LABELS
COLORS = np.asarray(PALETTE, np.uint8)
FACE_PARSING = np.array([LABEL_ORDERS["face-parsing"].index(name) for name in LABELS], np.uint8)
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
    for order in LABEL_ORDERS.values():
        assert sorted(order) == sorted(LABELS)
    # https://github.com/zllrunning/face-parsing.PyTorch, the labels of its prepropess_data.py
    assert LABEL_ORDERS["face-parsing"].index("nose") == 10
    assert LABEL_ORDERS["face-parsing"].index("hair") == 17


def test_the_orders_stand_in_the_documentation_and_in_the_help() -> None:
    page = (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")
    command: Any = get_command(app)
    described = {option.name: option.help for option in command.commands["score"].params}["labels"]
    for code in LABEL_ORDERS:
        assert order_in_words(code) in page
        assert order_in_words(code) in described


def test_a_map_means_the_same_in_every_way_of_labels(tmp_path: Path) -> None:
    ways = {
        "celebamask-hq": [Image.fromarray(EVERY), Image.fromarray(EVERY.astype(np.uint16)), in_palette(EVERY, COLORS)],
        "face-parsing": [Image.fromarray(FACE_PARSING[EVERY]), in_palette(FACE_PARSING[EVERY], COLORS[::-1] // 2)],
        "palette": [Image.fromarray(COLORS[EVERY]), Image.fromarray(COLORS[EVERY]).quantize(19)],
    }
    assert list(ways) == list(LABEL_CODES)
    for code, images in ways.items():
        for image in images:
            np.testing.assert_array_equal(read_labels(saved(tmp_path, image), label_code(code)), EVERY)


@pytest.mark.parametrize("ending", LOSSLESS)
@pytest.mark.parametrize("orientation", [1, 6])
def test_colours_are_read_from_any_lossless_file(tmp_path: Path, ending: str, orientation: int) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_bytes(LOSSLESS[ending](Image.fromarray(COLORS[EVERY]), orientation))
    np.testing.assert_array_equal(read_labels(path, "palette"), EVERY)


@given(label_maps, st.sampled_from(sorted(LABEL_ORDERS)), st.sampled_from(sorted(LABEL_ORDERS)))
def test_numbers_read_in_another_order_are_what_that_order_says(labels: NDArray[np.uint8], one: str, two: str) -> None:
    numbers = np.array([[LABEL_ORDERS[label_code(one)].index(LABELS[label]) for label in row] for row in labels])
    expected = [[LABELS.index(LABEL_ORDERS[label_code(two)][number]) for number in row] for row in numbers]
    np.testing.assert_array_equal(renumbered(labels, label_code(one), label_code(two)), expected)


def test_a_palette_whose_colours_stand_for_other_labels_than_its_indices_is_refused(tmp_path: Path) -> None:
    renamed = saved(tmp_path, Image.fromarray(COLORS[EVERY]).quantize(19))
    with pytest.raises(InputError, match=r"a\.png: its palette has the dataset's colours under other indices") as error:
        read_labels(renamed)
    assert "--labels palette" in str(error.value)
    with pytest.raises(InputError, match="under other indices"):
        read_labels(saved(tmp_path, in_palette(EVERY, COLORS)), "face-parsing")


@pytest.mark.parametrize(
    ("image", "code", "sentence"),
    [
        (Image.new("RGB", (3, 2)), "celebamask-hq", r"one channel of labels; this is RGB.* --labels palette"),
        (Image.new("L", (3, 2), 19), "celebamask-hq", r"holds label 19; labels are 0\.\.18"),
        (Image.fromarray(np.full((2, 3), 300, np.uint16)), "face-parsing", "holds label 300"),
        (Image.new("L", (3, 2)), "palette", "reads the dataset's colours; this has none, being L"),
        (
            Image.fromarray(np.array([[[204, 0, 0], [204, 1, 0]]], np.uint8)),
            "palette",
            r"the colour \(204, 1, 0\) at column 1, row 0 is no label's",
        ),
    ],
)
def test_what_is_no_label_map_is_refused(tmp_path: Path, image: Image.Image, code: LabelCode, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_labels(saved(tmp_path, image), code)


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


def test_another_way_of_labels_is_refused() -> None:
    with pytest.raises(InputError, match="unknown order of labels 'faceparsing'; did you mean 'face-parsing'"):
        label_code("faceparsing")


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
