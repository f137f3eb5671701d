"""Embeddings on disk of the faces that edits are compared with, which are the same for every method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from benchmark.runtime.atomic_files import replacing
from benchmark.runtime.checked_files import DamagedFileError, read_arrays

HASH_BYTES: Final = 64
"""Of BLAKE2b."""
Embeddings = dict[bytes, NDArray[np.float64]]
"""By the hash of an image its embedding (D,), NaN where no face was found."""


class KeptEmbeddings:
    """A file of embeddings, named for all that decides them, which processes add to one after the other.

    Args:
        path: an `.npz` file with the images' `hashes` (N, HASH_BYTES) and their `embeddings` (N, D); absent at first.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: Embeddings | None = None

    @property
    def known(self) -> Embeddings:
        """What the file held when it was last read; nothing of one with other content, which is then made anew."""
        if self._known is None:
            self._known = self._read()
        return self._known

    def add(self, embeddings: Mapping[bytes, NDArray[np.float64]]) -> None:
        """Keep those that the file does not have."""
        if embeddings.keys() <= self.known.keys():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.path.with_suffix(".lock")):
            self._known = {**self._read(), **embeddings}  # with what other processes have added since
            rows = of_one_length(list(self._known.values()))
            hashes = np.stack([np.frombuffer(hash, np.uint8) for hash in self._known])
            with replacing(self.path, durable=False) as temporary, temporary.open("wb") as file:
                np.savez(file, hashes=hashes, embeddings=rows)

    def _read(self) -> Embeddings:
        try:
            kept = read_arrays(self.path)
            hashes, rows = kept["hashes"], kept["embeddings"]
        except (FileNotFoundError, DamagedFileError, KeyError):
            return {}
        if rows.ndim != 2 or hashes.dtype != np.uint8 or hashes.shape != (len(rows), HASH_BYTES):
            return {}
        return {hash.tobytes(): row for hash, row in zip(hashes, rows.astype(np.float64), strict=True)}


def of_one_length(embeddings: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Rows (N, D); of images without faces the length may not have been known."""
    length = max(map(len, embeddings))
    return np.stack([face if len(face) == length else np.full(length, np.nan) for face in embeddings])
