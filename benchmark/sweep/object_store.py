"""Files below an fsspec address, such as `s3://bucket/study`, whose failures are sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from registry.errors import InputError

_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.:-]*://.+", re.IGNORECASE)
_SECRET: Final = re.compile(r"//[^/]*:[^/]*@")
_PROBE: Final = "writable"


class ObjectStore:
    """Files by their paths below an address, each of which is read and written as a whole.

    Args:
        address: a URL that fsspec opens; keys and passwords come from where the package of its protocol looks for them.

    Raises:
        InputError: if it is none, its package is not installed, or nothing can be written there; a bucket is not made.
    """

    def __init__(self, address: str) -> None:
        import fsspec

        if not _ADDRESS.fullmatch(address):
            raise InputError(f"--storage {address!r}: write an address that fsspec opens, such as s3://bucket/study")
        if _SECRET.search(address):
            raise InputError(
                "--storage: an address with a password would stand in logs; put it into fsspec's configuration"
            )
        self.address = address.rstrip("/")
        with self._asking():
            self._files, root = fsspec.url_to_fs(self.address)
            self._root = str(root).rstrip("/")
            # a folder where the file system has some; never a bucket, whose name may be mistyped
            with suppress(FileExistsError):
                self._files.mkdir(self._root, create_parents=False)
            self._files.pipe_file(self._path(_PROBE), b"")
            self._files.rm_file(self._path(_PROBE))

    def names(self, folder: str) -> list[str]:
        """Paths of the files in a folder and below, sorted; `""` is the address itself."""
        top = self._path(folder)
        with self._asking():
            self._files.invalidate_cache()  # as it is now
            try:
                found = self._files.find(top)
            except FileNotFoundError:
                return []
        return sorted(str(path).removeprefix(f"{self._root}/") for path in found if str(path).startswith(f"{top}/"))

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """The contents of files; None of each that is not there."""
        paths = [self._path(name) for name in names]
        with self._asking():
            contents = self._files.cat_ranges(paths, None, None, on_error="return") if paths else []
            for content in contents:
                if isinstance(content, Exception) and not isinstance(content, FileNotFoundError):
                    raise content
        return [content if isinstance(content, bytes) else None for content in contents]

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""
        with self._asking():
            self._make_folders([name])
            self._files.pipe_file(self._path(name), content)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with self._asking(), suppress(FileNotFoundError):
            self._files.rm_file(self._path(name))

    def upload(self, files: Mapping[str, Path]) -> None:
        """Copy files of this machine, by the names that they get."""
        with self._asking():
            self._make_folders(files)
            self._files.put([str(path) for path in files.values()], [self._path(name) for name in files])

    def download(self, files: Mapping[str, Path]) -> None:
        """Copy files to this machine, by their names at the address; one that is missing there ends it."""
        for parent in {path.parent for path in files.values()}:
            parent.mkdir(parents=True, exist_ok=True)
        with self._asking(), suppress(FileNotFoundError):
            self._files.get([self._path(name) for name in files], [str(path) for path in files.values()])

    def _make_folders(self, names: Iterable[str]) -> None:
        for parent in sorted({name.rpartition("/")[0] for name in names} - {""}):
            self._files.makedirs(self._path(parent), exist_ok=True)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # every file system raises errors of its own
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise InputError(f"--storage {self.address}: {said[0]}") from error
