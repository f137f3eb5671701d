"""A file's bytes as text: UTF-8, UTF-16 with a byte order mark, otherwise Windows' cp1252; or as it is told."""

from __future__ import annotations

import codecs
from pathlib import Path

from benchmark.runtime.regular_files import read_regular
from registry.errors import InputError

_ZIP = b"PK\x03\x04"
_MARK = "\ufeff"


def decode(path: Path, encoding: str | None = None) -> tuple[str, str]:
    """A file's text and the name of its encoding.

    Args:
        path: the file.
        encoding: one of Python's names; found by the content where it is None.

    Raises:
        InputError: if the file cannot be read, is empty or is not text, or there is no such encoding.
    """
    if encoding is not None:
        check_encoding(encoding)
    try:
        content = read_regular(path)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    if not content.strip():
        raise InputError(f"{path} is empty")
    if content.startswith(_ZIP):
        raise InputError(f"{path} is a workbook or an archive; name the CSV or JSON file that answers came in")
    used = encoding or _detected(content)
    try:
        text = content.decode(used)
    except UnicodeError as error:
        where = f"byte {error.start + 1}: " if isinstance(error, UnicodeDecodeError) else ""
        why = error.reason if isinstance(error, UnicodeDecodeError) else error
        advice = "another encoding" if encoding else "its encoding"
        raise InputError(f"{path}: {where}not {used}: {why}; name {advice} with --encoding") from error
    if "\0" in text:
        place = f"byte {content.index(0) + 1}: " if 0 in content else ""
        raise InputError(f"{path}: {place}not text; if it is, name its encoding with --encoding, such as utf-16-le")
    text = text.removeprefix(_MARK)
    if not text.strip():
        raise InputError(f"{path} is empty")
    return text, used


def check_encoding(name: str) -> None:
    """Refuse what is no encoding of text.

    Raises:
        InputError: naming it.
    """
    try:
        b"a".decode(name)
    except UnicodeDecodeError:
        pass  # half a character of an encoding of two bytes
    except (LookupError, UnicodeError, ValueError) as error:
        raise InputError(f"--encoding {name!r} is no encoding of text; try utf-8, cp1252, latin-1 or utf-16") from error


def _detected(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
