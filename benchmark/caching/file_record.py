"""Records of files: the SHA-256 of each as it was written, by which those that changed later are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from benchmark.runtime.atomic_files import sha256_of

FILES: Final = "files"
"""Key of a stage's stamp that has the record of its files."""


def record_files(root: Path, paths: Iterable[Path]) -> dict[str, str]:
    """The SHA-256 of files, by their paths relative to the folder `root`."""
    return {path.relative_to(root).as_posix(): sha256_of(path) for path in paths}


def changed_files(root: Path, record: Mapping[str, str]) -> list[Path]:
    """Those of a record that are missing or have another content now, in its order."""
    paths = {root / name: sha256 for name, sha256 in record.items()}
    return [path for path, sha256 in paths.items() if not path.is_file() or sha256_of(path) != sha256]
