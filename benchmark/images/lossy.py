"""Tells files of images that were compressed with loss, so that their pixels are not those that were saved."""

from __future__ import annotations

from typing import Final

from benchmark.images.integrity import JPEG_START

_RIFF: Final = slice(0, 4)
_WEBP: Final = slice(8, 12)
_HEADER: Final = 12
_LOSSY_FRAME: Final = b"VP8 "
_ANIMATION_FRAME: Final = b"ANMF"
_ANIMATION_FRAME_HEADER: Final = 16


def is_lossy(content: bytes) -> bool:
    """Whether an image file is a JPEG, or a WebP whose first picture is coded as VP8 (RFC 9649, section 2.5)."""
    if content.startswith(JPEG_START):
        return True
    if content[_RIFF] != b"RIFF" or content[_WEBP] != b"WEBP":
        return False
    position = _HEADER
    while position + 8 <= len(content):
        name = content[position : position + 4]
        if name == _LOSSY_FRAME:
            return True
        if name == b"VP8L":
            return False
        length = int.from_bytes(content[position + 4 : position + 8], "little")
        # the chunks of an animation's frame lie within its own
        position += 8 + (_ANIMATION_FRAME_HEADER if name == _ANIMATION_FRAME else length + length % 2)
    return False
