"""Images of a study, written so that only their pixels tell anything: no metadata, one size and length, own bytes."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.images.read import read_image
from registry.errors import InputError

Pixels = NDArray[np.uint8]
_TILES: Final = 4
"""Rows and columns into which an image is cut to be shuffled."""
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_FILTERS: Final = (0, 1, 2)
"""PNG's names for a row as it is, less what is left of each pixel, and less what is above."""


def read_pixels(path: Path, size: int) -> Pixels:
    """The (H, W, 3) uint8 RGB of a square image file.

    Raises:
        InputError: if it is damaged, or of another size.
    """
    pixels = read_image(path)
    if pixels.shape != (size, size, 3):
        raise InputError(f"{path}: is {pixels.shape[1]}×{pixels.shape[0]}, and its run edits at {size}×{size}")
    return pixels


def stored_png(pixels: Pixels, seed: bytes) -> bytes:
    """A PNG whose length tells nothing of its pixels, and whose bytes nothing of other files with the same pixels.

    Data are stored, not compressed: smooth images would be shorter files. Each row is filtered in a way drawn at
    random (PNG, third edition, section 9), which readers undo without loss: the same pixels under another seed are
    another file of equal length, so that an image shown again cannot be recognised by its hash.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        seed: decides how rows are filtered; a different one for every file.
    """
    height, width, _ = pixels.shape
    left = np.pad(pixels, ((0, 0), (1, 0), (0, 0)))[:, :-1]
    above = np.pad(pixels, ((1, 0), (0, 0), (0, 0)))[:-1]
    filtered = np.stack([pixels, pixels - left, pixels - above]).reshape(len(_FILTERS), height, 3 * width)
    chosen = np.random.default_rng(list(seed)).choice(_FILTERS, height)
    rows = np.column_stack([chosen, filtered[chosen, np.arange(height)]]).astype(np.uint8)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB, not interlaced
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), level=0)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def shuffle_tiles(pixels: Pixels, seed: bytes) -> Pixels:
    """An obvious fake, for attention checks: every tile of the image moves elsewhere and is turned upside down.

    Args:
        pixels: (H, W, 3); H and W at least 4.
        seed: decides where tiles move.
    """
    generator = np.random.default_rng(list(seed))
    rows, columns = (np.linspace(0, side, _TILES + 1, dtype=int)[:-1] for side in pixels.shape[:2])
    height, width = pixels.shape[0] // _TILES, pixels.shape[1] // _TILES
    corners = [(top, left) for top in rows for left in columns]
    order = generator.permutation(len(corners))
    after = dict(zip(order, np.roll(order, 1), strict=True))  # one closed cycle, so that no tile stays
    shuffled = pixels.copy()
    for here, there in after.items():
        (top, left), (other_top, other_left) = corners[here], corners[there]
        tile = pixels[other_top : other_top + height, other_left : other_left + width]
        shuffled[top : top + height, left : left + width] = tile[::-1]
    return shuffled
