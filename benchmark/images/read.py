"""Reads an image: the one decoder of every picture that the program is given or has written.

What the pixels of a file are, whatever it is called:

- An EXIF or TIFF orientation is applied: the picture is the one that viewers show.
- 16 bits per channel become 8 by `round(value / 257)`, grey or colour.
- Greyscale, palette and CMYK pictures become RGB. Transparency is dropped: the stored colours count.
- Of several frames or pages the first counts.
- Integers of 32 bits and floats have no agreed white and are refused, as is a file that is cut short or damaged.

Otherwise the pixels are Pillow's, which are those of pytorch-fid.
"""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from benchmark.images.integrity import JPEG_START, PNG_START, damage
from benchmark.runtime.regular_files import read_regular
from registry.errors import InputError

if TYPE_CHECKING:
    from benchmark.images.convert import Pixels

FORMATS: Final = ("BMP", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""Pillow's decoders that a file may choose by its content; others, such as EPS, start programs."""
EXTENSIONS: Final = ("bmp", "jpg", "jpeg", "pgm", "png", "ppm", "tif", "tiff", "webp")
"""pytorch-fid's, in lower case."""
GREY_16: Final = ("I;16", "I;16L", "I;16B", "I;16N")
"""Pillow's modes of one channel of 16 bits; PPM files, and PNG files before Pillow 11, have it as `I`."""

BITS_PER_SAMPLE: Final = 258
"""TIFF's tag."""
_PNG_BIT_DEPTH: Final = 24
"""Where a PNG says its bits per sample (PNG, third edition, sections 5 and 11.2.1)."""
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by its EXIF orientation (CIPA DC-008, 4.6.5.1.6)."""
_OF_PILLOW: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    ArithmeticError,
    MemoryError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
)
"""What Pillow raises for content that is damaged or claims too much."""


class UnreadableImageError(ValueError):
    """A file's content is no usable image; the message goes on from the file's name: "is empty"."""


def read_image(path: Path) -> Pixels:
    """(H, W, 3) uint8 RGB of an image file.

    Raises:
        InputError: if it cannot be read, is damaged, or no image.
    """
    try:
        return decode_image(read_content(path))
    except UnreadableImageError as error:
        raise unreadable(path, error) from error


def is_image_name(name: str) -> bool:
    """Whether a file's name has the ending of an image, in upper or lower case."""
    return name.rpartition(".")[2].lower() in EXTENSIONS and "." in name


def read_content(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        return read_regular(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read as an image: {error.strerror}") from error


def unreadable(path: Path, error: UnreadableImageError) -> InputError:
    """The user's error for a file whose content is no usable image."""
    return InputError(f"{path}: cannot be read as an image: it {error}")


def decode_image(content: bytes) -> Pixels:
    """(H, W, 3) uint8 RGB of an image file's content.

    Raises:
        UnreadableImageError: if it is damaged, or no image.
    """
    image = open_image(content)
    turn = orientation(image)
    try:
        if bits_per_channel(image, content) == 16:
            deep = np.asarray(image) if len(image.getbands()) == 1 else _color_16(content)
            image = Image.fromarray(((deep.astype(np.uint32) + 128) // 257).astype(np.uint8))
        image = upright(image, turn)
        return np.array(image if image.mode == "RGB" else image.convert("RGB"))
    except UnreadableImageError:
        raise
    except _OF_PILLOW as error:
        raise UnreadableImageError(f"cannot be converted to RGB: {_reason(error)}") from error


def open_image(content: bytes) -> Image.Image:
    """An image as Pillow has it: in its own mode, and as it is stored, not turned upright.

    Raises:
        UnreadableImageError: if it is damaged, no image, or of a depth without an agreed white.
    """
    if not content:
        raise UnreadableImageError("is empty")
    if content.startswith((JPEG_START, PNG_START)) and (fault := damage(content)) is not None:
        raise UnreadableImageError(fault)
    image = _opened(BytesIO(content))
    try:
        image.load()
    except _OF_PILLOW as error:
        raise UnreadableImageError(f"cannot be decoded: {_reason(error)}") from error
    return image


def conversions(path: Path) -> list[str]:
    """What reading an image changes of it that its viewer may not expect, each as the end of "12 images …".

    Only the file's header is read, which need not be whole.

    Raises:
        InputError: if it cannot be read, or is no image.
    """
    try:
        with path.open("rb") as file:
            image = _opened(file)
            file.seek(0)
            deep = bits_per_channel(image, file.read(_PNG_BIT_DEPTH + 1)) == 16
            return [
                *(["of 16 bits per channel, scaled to 8"] if deep else []),
                *(["with an alpha channel, which is dropped"] if image.has_transparency_data else []),
                *(["in CMYK, converted without a colour profile"] if image.mode == "CMYK" else []),
                *(["of several frames, of which the first counts"] if _num_frames(image) > 1 else []),
            ]
    except UnreadableImageError as error:
        raise unreadable(path, error) from error
    except _OF_PILLOW as error:
        raise InputError(f"{path}: cannot be read as an image: {_reason(error)}") from error


def _opened(file: IO[bytes]) -> Image.Image:
    """An image whose header alone was read."""
    try:
        image: Image.Image = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError as error:
        raise UnreadableImageError(f"is no image of a known kind ({', '.join(FORMATS)})") from error
    except _OF_PILLOW as error:
        raise UnreadableImageError(f"cannot be decoded: {_reason(error)}") from error
    if image.mode == "F" or (image.mode == "I" and image.format not in ("PNG", "PPM")):
        kind = "floats" if image.mode == "F" else "integers of 32 bits"
        raise UnreadableImageError(f"is of {kind}, which have no agreed white; 8 or 16 bits per channel are read")
    return image


def _num_frames(image: Image.Image) -> int:
    return 1 if image.format == "MPO" else getattr(image, "n_frames", 1)  # a phone's JPEG with a preview beside it


def bits_per_channel(image: Image.Image, start: bytes) -> int:
    """16 for an image stored with 16 bits per channel, else 8; `start` has at least the file's first 25 bytes."""
    if image.mode in (*GREY_16, "I"):
        return 16
    if image.format == "PNG":
        return 16 if start[_PNG_BIT_DEPTH] == 16 else 8
    stored = getattr(image, "tag_v2", {}).get(BITS_PER_SAMPLE, (8,))
    return 16 if max(stored) == 16 else 8


def orientation(image: Image.Image) -> int:
    """An image's EXIF orientation, 1 to 8; 1, as it is stored, where it has none or one that cannot be read."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _OF_PILLOW:
        return 1
    return value if value in _UPRIGHT else 1


def upright(image: Image.Image, turn: int) -> Image.Image:
    """An image turned so that its orientation becomes 1."""
    return image.transpose(_UPRIGHT[turn]) if turn in _UPRIGHT else image


def _color_16(content: bytes) -> NDArray[np.uint16]:
    """(H, W, 3) of an image of 16 bits per channel, of which Pillow would drop eight."""
    import cv2  # here: those who read other images do not wait for it

    way = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        stored: Any = cv2.imdecode(np.frombuffer(content, np.uint8), way)
    except cv2.error:
        stored = None
    if stored is None or stored.ndim != 3 or stored.dtype != np.uint16:
        raise UnreadableImageError("is of 16 bits per channel in a form that cannot be decoded")
    return np.ascontiguousarray(stored[..., 2::-1])  # OpenCV has blue first, and transparency last


def _reason(error: BaseException) -> str:
    said = error.strerror if isinstance(error, OSError) else None  # without its number and the path
    return said or str(error) or type(error).__name__
