"""Pictures of a study, written so that nothing but their pixels differs: no metadata, one size, one length in bytes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry.errors import InputError

Pixels = NDArray[np.uint8]
_TILES: Final = 4
"""Rows and columns that a picture is cut into to be jumbled."""


def read_pixels(path: Path, size: int) -> Pixels:
    """The (H, W, 3) uint8 RGB of a square PNG.

    Raises:
        InputError: if it is damaged, or of another size.
    """
    try:
        with Image.open(path, formats=["PNG"]) as file:
            pixels = np.asarray(file.convert("RGB"), dtype=np.uint8)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{path}: cannot be read as PNG: {error}") from error
    if pixels.shape != (size, size, 3):
        raise InputError(f"{path}: is {pixels.shape[1]}×{pixels.shape[0]}, and its run edits at {size}×{size}")
    return pixels


def stored_png(pixels: Pixels) -> bytes:
    """A PNG of (H, W, 3) uint8 RGB whose data are stored, not compressed: smooth pictures would be shorter files."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG", compress_level=0)
    return content.getvalue()


def jumbled(pixels: Pixels, seed: bytes) -> Pixels:
    """An obvious fake: the picture's tiles change places, none stays, and each is turned upside down.

    Args:
        pixels: (H, W, 3); H and W at least 4.
        seed: decides where tiles go.
    """
    generator = np.random.default_rng(list(seed))
    rows, columns = (np.linspace(0, side, _TILES + 1, dtype=int)[:-1] for side in pixels.shape[:2])
    height, width = pixels.shape[0] // _TILES, pixels.shape[1] // _TILES
    corners = [(top, left) for top in rows for left in columns]
    order = generator.permutation(len(corners))
    after = dict(zip(order, np.roll(order, 1), strict=True))  # one closed round, so that no tile keeps its place
    found = pixels.copy()
    for here, there in after.items():
        (top, left), (other_top, other_left) = corners[here], corners[there]
        tile = pixels[other_top : other_top + height, other_left : other_left + width]
        found[top : top + height, left : left + width] = tile[::-1]
    return found
