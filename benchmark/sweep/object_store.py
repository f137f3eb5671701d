"""Files below an fsspec address, such as `s3://bucket/study`, whose failures are sentences."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from registry.errors import InputError

_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^/:]+(:\d+)?(/.*)?|file:///.+", re.IGNORECASE)
"""What has a bucket or host, which an unset variable in its place would not be."""
_SECRET: Final = re.compile(r"//.*:.*@|[?#]|::")
_AT_ONCE: Final = 64


class ObjectStore:
    """Files by their paths below an address, each of which is read and written as a whole.

    Args:
        address: a URL that fsspec opens; keys and passwords come from where the package of its protocol looks for them.

    Raises:
        InputError: if it is none, its package is not installed, or nothing can be written there; buckets are not made.
    """

    def __init__(self, address: str) -> None:
        import fsspec

        if _SECRET.search(address):
            raise InputError(
                "--storage takes no password, signature or chain of addresses, which would stand in logs; put what is "
                "secret into fsspec's configuration or the environment"
            )
        if not _ADDRESS.fullmatch(address):
            raise InputError(f"--storage {address!r}: write an address that fsspec opens, such as s3://bucket/study")
        self.address = address.rstrip("/")
        with self._asking():
            self._files, root = fsspec.url_to_fs(self.address)
            self._root = str(root).rstrip("/")
            self._files.invalidate_cache()  # whatever this process saw before
            probe = f"writable-{secrets.token_hex(8)}"
            self._make_folders([probe])
            self._files.pipe_file(self._path(probe), b"")
            self._files.rm_file(self._path(probe))

    def read(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """The contents of files in their order, some at once; None of each that is not there."""
        for start in range(0, len(names), _AT_ONCE):
            paths = [self._path(name) for name in names[start : start + _AT_ONCE]]
            with self._asking():
                contents = self._files.cat_ranges(paths, None, None, on_error="return")
                for content in contents:
                    if isinstance(content, Exception) and not isinstance(content, FileNotFoundError):
                        raise content
            yield from (content if isinstance(content, bytes) else None for content in contents)

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
        names, paths = [self._path(name) for name in files], [str(path) for path in files.values()]
        with self._asking():
            self._make_folders(list(files))
            if self._files.async_impl:  # many at once
                self._files.put(paths, names)
                return
            for path, name in zip(paths, names, strict=True):
                self._files.put_file(path, name)

    def download(self, files: Mapping[str, Path]) -> None:
        """Copy files to this machine, by their names at the address; one that is missing there ends it."""
        names, paths = [self._path(name) for name in files], [str(path) for path in files.values()]
        for parent in {path.parent for path in files.values()}:
            parent.mkdir(parents=True, exist_ok=True)
        with self._asking(), suppress(FileNotFoundError):
            if self._files.async_impl:
                self._files.get(names, paths)
                return
            for path, name in zip(paths, names, strict=True):
                self._files.get_file(name, path)

    def _make_folders(self, names: Sequence[str]) -> None:
        """Make the folders of files, where there are any: object stores, which fsspec asks asynchronously, have none.

        There the same call would make a bucket, of a mistyped name too.
        """
        if not self._files.async_impl:
            for parent in sorted({self._path(name).rpartition("/")[0] for name in names}):
                self._files.makedirs(parent, exist_ok=True)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # every file system raises errors of its own
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise InputError(f"--storage {self.address}: {said[0]}") from error
