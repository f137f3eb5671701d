"""Pictures as data URIs, for pages that must be one file."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

MAX_PICTURE_BYTES: Final = 2 * 2**20
MAX_SIDE: Final = 256
_QUALITY: Final = 92
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def picture_uri(path: Path) -> str | None:
    """A PNG file as it is; None where there is none, or it is larger than a page should hold."""
    if not path.is_file() or path.stat().st_size > MAX_PICTURE_BYTES:
        return None
    content = path.read_bytes()
    return _uri("png", content) if content.startswith(_PNG) else None


def compact_uri(path: Path) -> str | None:
    """A face as JPEG of at most `MAX_SIDE` pixels a side, about a quarter of its PNG; None where it cannot be read.

    Colours keep their full resolution: at 64 pixels, halved chroma would show as an artefact of the method.
    """
    try:
        with Image.open(path, formats=["PNG"]) as file:
            image = file.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    content = BytesIO()
    image.save(content, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    return _uri("jpeg", content.getvalue())


def _uri(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{b64encode(content).decode('ascii')}"
