"""Tells a whole JPEG or PNG file from one that was cut short or damaged.

Decoders differ here: many fill what is missing of a JPEG with grey and say nothing, so the files are checked by their
own structure before they are decoded.
"""

import re
import zlib
from typing import Final

JPEG_START: Final = b"\xff\xd8"
PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_END_OF_IMAGE: Final = 0xD9
_START_OF_SCAN: Final = 0xDA
# In a scan's data 0xff is followed by 0x00 (a stuffed byte), a restart marker, or another 0xff (fill).
_MARKER_AFTER_SCAN: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


def damage(content: bytes) -> str | None:
    """What is wrong with the bytes of a JPEG or PNG file, or None where its structure is whole.

    A JPEG is followed marker by marker to its end-of-image marker; a PNG chunk by chunk, checksums included. Damage
    inside a JPEG's scan that leaves every marker in place is not seen: JPEG has no checksum.
    """
    if not content:
        return "is empty"
    if content.startswith(JPEG_START):
        return None if _jpeg_ends(content) else "is a JPEG that was cut short"
    if content.startswith(PNG_START):
        return _png_damage(content)
    return "is neither a JPEG nor a PNG"


def _jpeg_ends(content: bytes) -> bool:
    position, scanned = len(JPEG_START), False
    while position + 4 <= len(content) or content[position : position + 2] == b"\xff\xd9":
        if content[position] != 0xFF:
            return False
        marker = content[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker == _END_OF_IMAGE:
            return scanned
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
        if marker == _START_OF_SCAN:
            scanned = True
            following = _MARKER_AFTER_SCAN.search(content, position)
            if following is None:
                return False
            position = following.start()
    return False


def _png_damage(content: bytes) -> str | None:
    position = len(PNG_START)
    while position + 12 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        end = position + 12 + length
        if end > len(content):
            break
        if zlib.crc32(content[position + 4 : end - 4]) != int.from_bytes(content[end - 4 : end], "big"):
            return "is a PNG with a wrong checksum"
        if content[position + 4 : position + 8] == b"IEND":
            return None
        position = end
    return "is a PNG that was cut short"
