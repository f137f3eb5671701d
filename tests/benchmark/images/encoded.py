"""Encodes a picture in many ways that all mean the same pixels."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

_STORED_SO_THAT_VIEWERS_TURN_IT_BACK = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def encoded(image: Image.Image, kind: str, orientation: int = 1, **options: Any) -> bytes:
    """An image as Pillow writes it, turned, with the EXIF orientation that turns it back."""
    turn = _STORED_SO_THAT_VIEWERS_TURN_IT_BACK[orientation]
    stored = image if turn is None else image.transpose(turn)
    if orientation != 1:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    content = io.BytesIO()
    stored.save(content, kind, **options)
    return content.getvalue()


def png_16(samples: NDArray[np.uint16]) -> bytes:
    """A PNG of 16 bits per channel: (H, W, C) grey, grey and alpha, RGB or RGBA."""
    height, width, channels = samples.shape
    color_type = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", width, height, 16, color_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def png_grey_4(samples: NDArray[np.uint8]) -> bytes:
    """A PNG of (H, W) grey samples of 4 bits each, two of which are a byte; W is even."""
    height, width = samples.shape
    rows = b"".join(b"\0" + (row[::2] << 4 | row[1::2]).tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", width, height, 4, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def tiff_grey(samples: NDArray[np.uint8], bits: int) -> bytes:
    """An uncompressed TIFF of (H, W) grey samples of 2 or 4 bits each; they fill whole bytes of a row."""
    height, width = samples.shape
    shifts = np.arange(8 - bits, -1, -bits)
    data = (samples.reshape(height, -1, 8 // bits) << shifts).sum(axis=-1).astype(np.uint8).tobytes()
    fields = {256: width, 257: height, 258: bits, 259: 1, 262: 1, 273: 8 + 2 + 12 * 8 + 4, 278: height, 279: len(data)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in fields.items())
    return b"II*\0" + struct.pack("<IH", 8, len(fields)) + entries + struct.pack("<I", 0) + data


def png_that_claims(width: int, height: int) -> bytes:
    """A whole PNG file of a few bytes whose header claims any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"\0")) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def tiff_16(samples: NDArray[np.uint16], orientation: int) -> bytes:
    """An uncompressed TIFF of 16 bits per channel, (H, W, 3) RGB, stored as its orientation says."""
    turn = _STORED_SO_THAT_VIEWERS_TURN_IT_BACK[orientation]
    channels = [Image.fromarray(samples[..., channel]) for channel in range(3)]
    stored = np.stack([np.asarray(one if turn is None else one.transpose(turn)) for one in channels], axis=-1)
    height, width, _ = stored.shape
    data = stored.astype("<u2").tobytes()
    fields = 10
    after = 8 + 2 + 12 * fields + 4
    short, long = 3, 4
    entries = [
        (256, long, 1, width),
        (257, long, 1, height),
        (258, short, 3, after),
        (259, short, 1, 1),  # not compressed
        (262, short, 1, 2),  # RGB
        (273, long, 1, after + 6),
        (274, short, 1, orientation),
        (277, short, 1, 3),
        (278, long, 1, height),
        (279, long, 1, len(data)),
    ]
    table = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, fields) + table + bytes(4) + struct.pack("<3H", 16, 16, 16) + data


def by_opencv(ending: str, samples: NDArray[Any]) -> bytes:
    """A file as OpenCV writes it, of RGB or grey samples."""
    done, content = cv2.imencode(ending, samples[..., ::-1] if samples.ndim == 3 else samples)
    assert done
    return bytes(content.tobytes())


LOSSLESS: dict[str, Callable[[Image.Image, int], bytes]] = {
    "png": lambda image, turn: encoded(image, "PNG", turn),
    "bmp": lambda image, turn: encoded(image, "BMP"),
    "tif": lambda image, turn: encoded(image, "TIFF", turn, compression="tiff_lzw"),
    "tiff": lambda image, turn: encoded(image, "TIFF", turn),
    "ppm": lambda image, turn: encoded(image, "PPM"),
    "webp": lambda image, turn: encoded(image, "WEBP", turn, lossless=True, exact=True),
}
"""Files of an RGB image by their ending; those that can say an orientation are turned by it."""
