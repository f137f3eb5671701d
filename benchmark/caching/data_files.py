"""Data files that code names: which they are, and whether one has changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from benchmark.caching.code_version import sha256_of_parts
from benchmark.runtime.atomic_files import sha256_of

MAX_HASHED_BYTES: Final = 16 * 2**20
"""Larger files, such as weights, are known by their size and the time of their last change: no run waits for them."""
MAX_FILES: Final = 1000
"""So many files of a folder that code names count; the folder of a dataset is no part of a plug-in."""
MAX_NAME: Final = 255


def named_files(folder: Path, text: str) -> Iterator[Path]:
    """The files in `folder` or below it that a text names, itself or by their folder; code is none of them."""
    if not text or len(text.encode()) > MAX_NAME or not text.isprintable() or Path(text).is_absolute():
        return
    place = folder / text
    if ".." in place.parts or place == folder:
        return
    if place.is_file():
        yield from _unless_code([place])
    elif place.is_dir():
        yield from _unless_code(islice((path for path in sorted(place.rglob("*")) if path.is_file()), MAX_FILES))


def version_of_file(path: Path) -> str:
    """Hash of a file's content; of a large one its size and the time of its last change."""
    facts = path.stat()
    return sha256_of(path) if facts.st_size <= MAX_HASHED_BYTES else f"{facts.st_size} {facts.st_mtime_ns}"


def version_of_folder(folder: Path) -> str:
    """Hash of the files in a folder and below it: at most `MAX_FILES`, the first by name.

    Files that are hidden, that may not be read, or that Python writes beside code are none of them, nor are those of
    virtual environments.
    """
    files = (
        (path.relative_to(folder).as_posix(), version_of_file(path)) for path in islice(_walked(folder), MAX_FILES)
    )
    return sha256_of_parts(list(files))


def _walked(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.name == "__pycache__" or not os.access(entry, os.R_OK):
            continue
        if entry.is_dir() and not entry.is_symlink() and not (entry / "pyvenv.cfg").is_file():
            yield from _walked(entry)
        elif entry.is_file():
            yield entry


def _unless_code(paths: Iterator[Path] | list[Path]) -> Iterator[Path]:
    return (path for path in paths if path.suffix not in (".py", ".pyc"))
