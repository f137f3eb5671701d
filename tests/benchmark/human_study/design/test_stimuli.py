"""Images that tell nothing but their pixels."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from benchmark.human_study.design.stimuli import read_pixels, shuffle_tiles, stored_png
from registry.errors import InputError


def noise(size, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)


def chunks(png):
    names, start = [], 8
    while start < len(png):
        length = int.from_bytes(png[start : start + 4])
        names.append(png[start + 4 : start + 8])
        start += 12 + length
    return names


@given(st.integers(1, 300), st.integers(0, 255))
def test_a_flat_image_is_as_long_a_file_as_noise(size, value):
    flat = np.full((size, size, 3), value, np.uint8)
    assert len(stored_png(flat, b"one")) == len(stored_png(noise(size), b"other"))


def test_only_pixels_are_kept(tmp_path):
    told = PngImagePlugin.PngInfo()
    told.add_text("Software", "a method")
    Image.fromarray(noise(16)).save(tmp_path / "edit.png", pnginfo=told, exif=b"Exif\0\0a method", dpi=(72, 72))
    pixels = read_pixels(tmp_path / "edit.png", 16)
    np.testing.assert_array_equal(pixels, noise(16))
    assert chunks(stored_png(pixels, b"seed")) == [b"IHDR", b"IDAT", b"IEND"]


@given(st.integers(1, 40), st.integers(1, 40), st.binary(min_size=1), st.integers(0, 99))
def test_readers_find_the_very_pixels_however_rows_are_filtered(height, width, seed, drawing):
    pixels = np.random.default_rng(drawing).integers(0, 256, (height, width, 3), dtype=np.uint8)
    with Image.open(io.BytesIO(stored_png(pixels, seed))) as file:
        np.testing.assert_array_equal(np.asarray(file), pixels)


def test_the_same_pixels_under_other_seeds_are_other_files_of_one_length():
    files = {stored_png(noise(16), f"{seed}.png".encode()) for seed in range(1000)}
    assert len(files) == 1000
    assert len({len(file) for file in files}) == 1


@given(st.integers(4, 70), st.binary(min_size=32, max_size=32))
def test_shuffling_moves_every_tile(size, seed):
    step = size // 4
    corners = [int(corner) for corner in np.linspace(0, size, 5)[:-1]]
    pixels = np.zeros((size, size, 3), np.uint8)
    for number, (top, left) in enumerate((top, left) for top in corners for left in corners):
        pixels[top : top + step, left : left + step] = number + 1
    after = shuffle_tiles(pixels, seed)
    tiles = [(slice(top, top + step), slice(left, left + step)) for top in corners for left in corners]
    assert all((after[tile] != pixels[tile]).all() for tile in tiles)
    assert sorted(after[rows, columns][0, 0, 0] for rows, columns in tiles) == list(range(1, 17))
    np.testing.assert_array_equal(after, shuffle_tiles(pixels, seed))


def test_an_image_that_cannot_be_shown_is_named(tmp_path):
    Image.fromarray(noise(8)).save(tmp_path / "small.png")
    with pytest.raises(InputError, match="is 8×8, and its run edits at 16×16"):
        read_pixels(tmp_path / "small.png", 16)
    (tmp_path / "broken.png").write_bytes(stored_png(noise(16), b"seed")[:400])
    with pytest.raises(InputError, match="cannot be read as an image: it is a PNG that was cut short"):
        read_pixels(tmp_path / "broken.png", 16)
