"""Pictures for pages: compressed, and as data URIs within a budget where a page must be one file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

from benchmark.images.read import read_image
from registry.errors import InputError
from registry.system_errors import is_of_the_system

MAX_PICTURE_BYTES: Final = 2 * 2**20
MAX_SIDE: Final = 256
_QUALITY: Final = 92
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def picture_uri(path: Path) -> str | None:
    """A PNG file as it is; None where there is none, or it is larger than a page should hold."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_PICTURE_BYTES:
            return None
        content = path.read_bytes()
    except OSError as error:  # it cannot be read, or no file has such a name
        if is_of_the_system(error):
            raise
        return None
    return _uri("png", content) if content.startswith(_PNG) else None


def compact_uri(path: Path) -> str | None:
    """A face as JPEG of at most `MAX_SIDE` pixels a side, about a quarter of its PNG; None where it cannot be read.

    Colours keep their full resolution: at 64 pixels, halved chroma would show as an artefact of the method.
    """
    try:
        written = path.stat()
    except OSError as error:
        if is_of_the_system(error):
            raise
        return None
    return _compact_uri(path, written.st_mtime_ns, written.st_size)


@lru_cache(maxsize=512)
def _compact_uri(path: Path, *_written: int) -> str | None:
    """The same of a file as it was written last: one picture stands on several pages, and beside several metrics."""
    content = compact_jpeg(path)
    return None if content is None else _uri("jpeg", content)


def compact_jpeg(path: Path) -> bytes | None:
    """The JPEG file of `compact_uri`."""
    image = read_picture(path)
    if image is None:
        return None
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    content = BytesIO()
    # optimised Huffman tables would need the whole file in Pillow's buffer, which noisy pictures overflow
    image.save(content, "JPEG", quality=_QUALITY, subsampling=0)
    return content.getvalue()


def read_picture(path: Path) -> Image.Image | None:
    """An image file in RGB; None where there is none that can be read."""
    try:
        return Image.fromarray(read_image(path))
    except InputError:
        return None


def _uri(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{b64encode(content).decode('ascii')}"


MAX_STORE_BYTES: Final = 10 * 2**20


class ImageStore:
    """Pictures as data URIs, in the order in which they were added.

    Args:
        byte_budget: bytes that the URIs may take.

    Attributes:
        uris: the pictures.
        full: whether one was refused for want of bytes.
    """

    def __init__(self, byte_budget: int = MAX_STORE_BYTES) -> None:
        self.uris: list[str] = []
        self.full = False
        self._bytes_left = byte_budget
        self._places: dict[str, int] = {}

    def add(self, path: Path) -> int | None:
        """The place of a picture; None where its file cannot be read, or the budget is spent."""
        if self._bytes_left <= 0:
            self.full = True
            return None
        uri = compact_uri(path)
        if uri is None:
            return None
        if uri not in self._places:
            if len(uri) > self._bytes_left:
                self.full = True
                return None
            self._bytes_left -= len(uri)
            self._places[uri] = len(self.uris)
            self.uris.append(uri)
        return self._places[uri]

    @contextmanager
    def share(self, parts: int) -> Iterator[None]:
        """Within the block the budget is one of so many equal parts; what it leaves goes to the others."""
        whole, self.full = self._bytes_left, False
        self._bytes_left = kept = whole // parts
        yield
        self._bytes_left += whole - kept
