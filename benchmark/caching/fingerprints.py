"""StageState: hashes of a stage's inputs, by which a run knows what it has done already."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from benchmark.runtime.checked_files import DamagedFileError, read_checked_json, write_checked_json
from registry.packages import package_folder


def fingerprint(*inputs: Any) -> str:
    """Hash of JSON-able inputs."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()


TRAINING_CODE = "benchmark.training.train"
"""The module that decides trained weights, with what it imports, beside the model's own code."""


@cache
def source_version(*packages: str, suffixes: tuple[str, ...] = (".py",)) -> str:
    """Hash of every file of packages that ends in one of `suffixes`, to the byte except line ends.

    Raises:
        ModuleNotFoundError: if one of them does not exist.
    """
    return hash_of_files(each for name in sorted(packages) for each in _files_of(name, suffixes))


def hash_of_files(files: Iterable[tuple[str, Path]]) -> str:
    """SHA-256 of files under their labels; how line ends were checked out does not matter."""
    digest = hashlib.sha256()
    for label, file in files:
        digest.update(f"{label}\0".encode() + file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def _files_of(package: str, suffixes: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    folder = package_folder(package)
    named = (Path(parent, name) for parent, _, names in os.walk(folder) for name in names if name.endswith(suffixes))
    for file in sorted(named):
        yield f"{package}/{file.relative_to(folder)}", file


@cache
def tree_version(folder: Path) -> str:
    """Hash of the names, sizes and times of all files below a folder, as they are when first asked; reads none."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            facts = path.stat()
            digest.update(f"{path.relative_to(folder)}\0{facts.st_size}\0{facts.st_mtime_ns}\0".encode())
    return digest.hexdigest()


STAMPS: Final = "stamps.json"


class StageState:
    """The stamps of a run folder, `stamps.json`.

    Attributes:
        damage: what is wrong with the file, where its content is lost; all stages then count as not done.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / STAMPS
        self.damage: str | None = None
        self._stamps: dict[str, Any] = {}
        try:
            self._stamps = read_checked_json(self.path, required=False)
        except FileNotFoundError:
            pass
        except DamagedFileError as error:
            self.damage = str(error)

    @property
    def stages(self) -> list[str]:
        """Those that have a stamp, in the order of their names."""
        return sorted(self._stamps)

    def get(self, stage: str) -> Any:
        """The stamp of a stage, or None if it has not been done."""
        return self._stamps.get(stage)

    def put(self, stage: str, stamp: Any) -> None:
        """Note that a stage is done."""
        self._stamps[stage] = stamp
        write_checked_json(self.path, self._stamps)
