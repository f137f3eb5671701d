"""A file's bytes as text: UTF-8 with or without a byte order mark, UTF-16 with one, otherwise Latin-1."""

from __future__ import annotations

import codecs
from pathlib import Path

from registry.errors import InputError

_ZIP = b"PK\x03\x04"


def decode(path: Path) -> tuple[str, str]:
    """A file's text and the name of its encoding.

    Raises:
        InputError: if it cannot be read, is empty or is not text.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    if not content.strip():
        raise InputError(f"{path} is empty")
    if content.startswith(_ZIP):
        raise InputError(f"{path} is a workbook or an archive; name the CSV or JSON file that answers came in")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig" if _is_utf8(content) else "latin-1"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start + 1}: not {encoding}: {error.reason}") from error
    if "\0" in text:
        raise InputError(f"{path}: byte {content.index(0) + 1}: not text")
    return text, encoding.removesuffix("-sig")


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
