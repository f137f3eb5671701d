"""Zip archives of pictures, unpacked into a temporary folder without trust in their names, links or sizes."""

from __future__ import annotations

import errno
import lzma
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory
from typing import Final

from benchmark.images.read import is_image_name
from registry.errors import InputError

SUFFIX: Final = ".zip"
MOST_ENTRIES: Final = 2_000_000
HARMLESS_BYTES: Final = 2**30
"""Unpacked bytes that any archive may have;"""
LARGEST_RATIO: Final = 200
"""how many times its own size it may have beyond that. Pictures are compressed already."""
_DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError),
    *(NotImplementedError, UnicodeError, IndexError),
)
"""What zipfile raises of archives that are none, or that it cannot read; IndexError is of an entry without a name."""
_OF_ARCHIVES: Final = (None, errno.EINVAL, errno.ENAMETOOLONG, errno.EILSEQ)
"""Numbers of the errors that damaged archives lead to: bz2's, of places before the beginning, of impossible names."""
_BESIDE: Final = "__MACOSX"
"""The folder that macOS adds to its archives."""


@contextmanager
def opened_folder(path: Path) -> Iterator[Path]:
    """A folder as it is; of a zip archive, a temporary folder with its pictures.

    Where all that an archive has lies in one folder, it is that folder. Files that are no pictures by their names are
    there without content, so that they can be counted.

    Raises:
        InputError: if the archive cannot be read, or is not to be trusted; an error of the block names the archive in
            place of the temporary folder.
    """
    if path.suffix.lower() != SUFFIX or not path.is_file():
        yield path
        return
    with TemporaryDirectory(prefix="pictures-") as place:
        folder = Path(place)
        try:
            _unpack(path, folder)
            yield _only_folder(folder)
        except InputError as error:
            if place not in str(error):
                raise
            raise InputError(str(error).replace(place, str(path))) from error


def _unpack(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check(path, entries)
            free = shutil.disk_usage(folder).free
            wanted = sum(entry.file_size for entry in entries if is_image_name(entry.filename))
            if wanted > free:
                raise InputError(f"{path}: unpacked it has {wanted:,} bytes, and {folder.parent} has {free:,} free")
            for entry in entries:
                place = folder.joinpath(*PurePosixPath(entry.filename).parts)
                place.parent.mkdir(parents=True, exist_ok=True)
                with place.open("xb") as file:
                    if is_image_name(entry.filename):
                        with archive.open(entry) as content:
                            shutil.copyfileobj(content, file)
    except _DAMAGED as error:
        raise InputError(f"{path}: cannot be read as a zip archive: {error}") from error
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise InputError(f"{path}: two of its entries have one name: {Path(str(error.filename)).name}") from error
    except OSError as error:
        if error.errno not in _OF_ARCHIVES:
            raise
        raise InputError(f"{path}: cannot be read as a zip archive: {error.strerror or error}") from error


def _check(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive that leads elsewhere, or unpacks to more than pictures do."""
    if len(entries) > MOST_ENTRIES:
        raise InputError(f"{path}: has {len(entries):,} entries; {MOST_ENTRIES:,} at most are read")
    names: set[str] = set()
    for entry in entries:
        name = PurePosixPath(entry.filename)
        if _leads_out(name) or "\\" in entry.filename or "\0" in entry.orig_filename:
            raise InputError(f"{path}: its entry {entry.filename!r} leads out of the archive; no file of it was read")
        if entry.filename in names:
            raise InputError(f"{path}: two of its entries have one name: {entry.filename}")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise InputError(
                f"{path}: its entry {entry.filename!r} is a link; make the archive with files in their place"
            )
        if entry.flag_bits & 1:
            raise InputError(f"{path}: its entry {entry.filename!r} is encrypted; make the archive without a password")
        names.add(entry.filename)
    unpacked, packed = sum(entry.file_size for entry in entries), path.stat().st_size
    if unpacked > HARMLESS_BYTES + LARGEST_RATIO * packed:
        raise InputError(f"{path}: {packed:,} bytes unpack to {unpacked:,}, more than pictures do; unpack it yourself")


def _leads_out(name: PurePosixPath) -> bool:
    """Whether a path is no path below a folder, on this system or, by the name of a drive, on Windows."""
    return name.is_absolute() or ".." in name.parts or any(PureWindowsPath(part).drive for part in name.parts)


def _only_folder(folder: Path) -> Path:
    """The folder in which everything lies."""
    while True:
        inner = [path for path in folder.iterdir() if path.name != _BESIDE]
        if len(inner) != 1 or not inner[0].is_dir():
            return folder
        folder = inner[0]
