"""What a user may write of an edit, and the sentences for what they may not."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.photographs.request import EditRequest, parse_attributes, read_face_mask, read_hidden
from registry.errors import InputError


def saved(path: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def test_attributes_are_given_and_taken_away() -> None:
    assert parse_attributes(["Smiling=1", "Eyeglasses=0"]) == {"Smiling": True, "Eyeglasses": False}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["Smiling"], "write NAME=1, or NAME=0"),
        (["Smiling=yes"], "write NAME=1, or NAME=0"),
        (["Smiling=1", "Smiling=0"], "Smiling is named twice"),
    ],
)
def test_what_is_no_attribute_is_said(words: list[str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_attributes(words)


def test_strength_is_a_number_from_0() -> None:
    for strength in (-0.1, float("nan"), float("inf")):
        with pytest.raises(InputError, match="strength is a number from 0"):
            EditRequest(strength=strength)


def test_what_is_hidden_lies_over_the_photograph_or_the_face(tmp_path: Path) -> None:
    white = np.zeros((30, 40, 3), np.uint8)
    white[10:20, 5:25] = 255
    assert read_hidden(saved(tmp_path / "a.png", white), (30, 40)).sum() == 200
    assert read_hidden(saved(tmp_path / "b.png", white[:20, :20]), (30, 40)).shape == (20, 20)
    with pytest.raises(InputError, match=r"b.png is 40x30: what is to be hidden .* which is 50x30"):
        read_hidden(saved(tmp_path / "b.png", white), (30, 50))
    with pytest.raises(InputError, match="hides nothing: no pixel of it is white"):
        read_hidden(saved(tmp_path / "c.png", np.zeros_like(white)), (30, 40))


def test_a_mask_of_the_face_is_square_and_has_labels(tmp_path: Path) -> None:
    labels = np.arange(16, dtype=np.uint8).reshape(4, 4)
    np.testing.assert_array_equal(read_face_mask(saved(tmp_path / "a.png", labels)), labels)
    with pytest.raises(InputError, match="is 4x3; a mask of the aligned face is square"):
        read_face_mask(saved(tmp_path / "b.png", labels[:3]))
    with pytest.raises(InputError, match="holds label 99"):
        read_face_mask(saved(tmp_path / "c.png", np.full((4, 4), 99, np.uint8)))
