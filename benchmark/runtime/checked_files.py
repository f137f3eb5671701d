"""Files that carry checksums of their content, which are compared when the files are opened.

JSON files get a key with the SHA-256 of the rest. Checkpoints and arrays are zip archives, which have a CRC-32 of every
entry; numpy compares it only of the entries that are read, torch never.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.runtime.atomic_files import write_text_atomically
from registry.system_errors import is_of_the_system

CHECKSUM: Final = "sha256"
"""Key of the hash in a JSON file."""
_END_RECORD: Final = struct.Struct("<4s4H2LH")
_MOST_ENTRIES: Final = 0xFFFF
"""What the record says of as many, or more."""


class DamagedFileError(ValueError):
    """A file that does not hold what was written to it; the message names the file and says what is wrong."""


def checked_json(content: Mapping[str, Any]) -> str:
    """The text of a JSON file with the hash of its content, for `read_checked_json`; keys stay in their order."""
    return json.dumps({**content, CHECKSUM: _hash_of(content)}, indent=2) + "\n"


def write_checked_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON object with the hash of its content, atomically."""
    write_text_atomically(path, checked_json(content))


def read_checked_json(path: Path, *, required: bool = True) -> dict[str, Any]:
    """Read what `write_checked_json` wrote.

    Args:
        path: of the file.
        required: refuse a file without a hash; else it is taken as it is, as older versions wrote it.

    Raises:
        FileNotFoundError: if there is no such file.
        DamagedFileError: if it is no JSON object, or has not the hash of its content.
    """
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DamagedFileError(f"{path} is not whole: it is no JSON") from error
    if not isinstance(content, dict):
        raise DamagedFileError(f"{path} is not whole: it has no JSON object")
    found = content.pop(CHECKSUM, None)
    if found != _hash_of(content) and (required or found is not None):
        raise DamagedFileError(f"{path} has not the content that was written to it: its checksum differs")
    return content


def check_archive(path: Path) -> None:
    """Compare the checksums of a zip archive, such as a checkpoint or arrays; reads the whole file.

    Raises:
        FileNotFoundError: if there is no such file.
        DamagedFileError: if it is no archive, was cut short, or an entry has not the content that was written to it.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            entry = archive.testzip()
            whole = min(len(archive.infolist()), _MOST_ENTRIES) == _number_of_entries(file)
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:  # zipfile fails with whatever class damaged headers lead to
        if is_of_the_system(error):  # a file that could not be read is no damaged one, which would be thrown away
            raise
        raise DamagedFileError(f"{path} is not whole: it is no archive, or was cut short") from error
    if not whole:
        raise DamagedFileError(f"{path} is not whole: its list of entries is damaged")
    if entry is not None:
        raise DamagedFileError(f"{path} has not the content that was written to it: the checksum of {entry} differs")


def is_damaged(path: Path) -> bool:
    """Whether a zip archive has not the content that was written to it."""
    try:
        check_archive(path)
    except DamagedFileError:
        return True
    return False


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Every array of an `.npz` file, once its checksums were compared.

    Raises:
        FileNotFoundError: if there is no such file.
        DamagedFileError: as `check_archive`, or if an entry is no array.
    """
    check_archive(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = dict(archive)
    except Exception as error:  # numpy fails with whatever class a header that is none leads to
        if is_of_the_system(error):
            raise
        raise DamagedFileError(f"{path} is not whole: an entry is no array") from error
    if not all(isinstance(array, np.ndarray) for array in arrays.values()):  # numpy gives another file as its bytes
        raise DamagedFileError(f"{path} is not whole: an entry is no array")
    return arrays


def _number_of_entries(archive: BinaryIO) -> int:
    """How many entries an archive has by the record at its end (PKWARE's APPNOTE, 4.3.16); zipfile does not compare it.

    A damaged length in the list of entries hides those that follow it.
    """
    archive.seek(-_END_RECORD.size, os.SEEK_END)
    signature, *_, number, _, _, _ = _END_RECORD.unpack(archive.read())
    if signature != b"PK\5\6":
        raise zipfile.BadZipFile("there is something behind the record at its end")
    return int(number)


def _hash_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
