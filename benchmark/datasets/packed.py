"""A memory-mapped cache of faces at one size, written once, atomically, and found again by its content's key."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from benchmark.datasets.errors import DataError
from methods.labels import NUM_ATTRIBUTES

PACK_FORMAT: Final = 1
"""Version of the files below and of the code that fills them; enters every key."""

_CHUNK: Final = 256
_BYTES_PER_PIXEL: Final = 4
"""Three of the image and one of the mask."""
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
Progress = Callable[[int, int], None]
"""Called with the faces done and the faces in all."""


@dataclass(frozen=True)
class FaceRecord:
    """One face to pack.

    Attributes:
        face: its id.
        split: train, val or test.
        image: (size, size, 3) uint8 RGB.
        mask: (size, size) uint8 labels.
        attributes: (40,) uint8 in {0, 1}.
        pose: (3,) yaw, pitch, roll in degrees, where known.
    """

    face: str
    split: str
    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    attributes: NDArray[np.uint8]
    pose: NDArray[np.float32] | None = None


class PackedFaces:
    """N faces at one size, read from a folder that `packed_faces` wrote.

    Attributes:
        size: side of the square images in pixels.
        images: (N, size, size, 3) uint8 RGB, a read-only memory map.
        masks: (N, size, size) uint8 labels, a read-only memory map.
        attributes: (N, 40) uint8 in {0, 1}.
        poses: (N, 3) float32 yaw, pitch, roll in degrees, NaN rows where a face has none; None where no face has one.
        ids: (N,) str.
        splits: (N,) str.
        fingerprint: SHA-256 of all of the above, in hex.
        skipped: (face, reason) of the faces left out.
    """

    def __init__(self, folder: Path) -> None:
        """Open a pack; takes milliseconds.

        Raises:
            OSError: if there is no pack at `folder`.
            ValueError: if its files do not fit together.
        """
        self.folder = folder
        facts = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
        self.size: int = facts["size"]
        self.fingerprint: str = facts["fingerprint"]
        self.skipped: tuple[tuple[str, str], ...] = tuple((face, reason) for face, reason in facts["skipped"])
        with np.load(folder / "faces.npz", allow_pickle=False) as columns:
            self.ids: NDArray[np.str_] = columns["ids"]
            self.splits: NDArray[np.str_] = columns["splits"]
            self.attributes: NDArray[np.uint8] = columns["attributes"]
            self.poses: NDArray[np.float32] | None = columns.get("poses")
        self.images = self._mapped("images.bin", (self.size, self.size, 3))
        self.masks = self._mapped("masks.bin", (self.size, self.size))

    def _mapped(self, name: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        path, full = self.folder / name, (len(self.ids), *shape)
        if path.stat().st_size != int(np.prod(full)):
            raise ValueError(f"{path} does not hold {len(self.ids)} faces")
        return np.memmap(path, np.uint8, "r", shape=full)

    def __len__(self) -> int:
        """N."""
        return len(self.ids)

    def __reduce__(self) -> tuple[type[Self], tuple[Path]]:
        """Pickle as the folder: a memory map would travel to worker processes as a copy of every face."""
        return type(self), (self.folder,)

    def rows(self, split: str) -> NDArray[np.int64]:
        """Rows of a split, in order; empty where it has none."""
        return np.flatnonzero(self.splits == split).astype(np.int64)


def content_key(facts: Mapping[str, Any]) -> str:
    """Name of a cache: a hash of the JSON-able `facts` that decide its content, and of the packer's own version."""
    text = json.dumps({"format": PACK_FORMAT, **facts}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def packed_faces(
    cache: Path,
    key: str,
    size: int,
    faces: Callable[[], Iterable[FaceRecord | SkippedFace]],
    total: int,
    progress: Progress | None = None,
) -> PackedFaces:
    """Open the faces packed in `cache` under `key`, packing them first where they are not there.

    Processes that need the same pack wait for the one that writes it. A pack appears under its name only when it is
    whole and on disk; what a killed process left is removed by the next.

    Args:
        cache: folder of packs; created where absent.
        key: from `content_key`.
        size: side of the images in pixels.
        faces: gives the faces in the order of their rows; called only where they have to be packed.
        total: how many `faces` gives.
        progress: told how far packing is.

    Raises:
        DataError: if the cache has too little free space or cannot be written, or no face is usable.
    """
    folder = cache / key
    if (packed := _opened(folder)) is not None:
        return packed
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f"{key}.lock"):
            if (packed := _opened(folder)) is None:
                packed = _pack(folder, size, faces(), total, progress)
            return packed
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"packed faces cannot be written to the cache folder {cache}: {reason}") from error


def in_parallel(function: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
    """`function` of each item, in order, by as many threads as there are processors."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        # In chunks, because `map` starts everything at once and would hold a whole dataset's results in memory.
        for start in range(0, len(items), _CHUNK):
            yield from pool.map(function, items[start : start + _CHUNK])


def _opened(folder: Path) -> PackedFaces | None:
    try:
        return PackedFaces(folder)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _pack(
    folder: Path, size: int, faces: Iterable[FaceRecord | SkippedFace], total: int, progress: Progress | None
) -> PackedFaces:
    for leftover in folder.parent.glob(f".{folder.name}-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    _require_space(folder.parent, size, total)
    partial = folder.parent / f".{folder.name}-{uuid.uuid4().hex}"
    partial.mkdir()
    try:
        _write(partial, size, faces, total, progress)
        # Whatever still stands under the name did not open: it makes room.
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
        _sync(folder.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return PackedFaces(folder)


def _require_space(cache: Path, size: int, total: int) -> None:
    """Refuse to begin what would fill the disk hours later."""
    needed, free = total * size**2 * _BYTES_PER_PIXEL, shutil.disk_usage(cache).free
    if needed > free:
        raise DataError(
            f"{total:,} faces at {size}x{size} need {needed / 1e9:.1f} GB in the cache folder {cache}, where "
            f"{free / 1e9:.1f} GB are free; make room, or name a folder with more by BENCH_CACHE"
        )


def _write(
    folder: Path, size: int, faces: Iterable[FaceRecord | SkippedFace], total: int, progress: Progress | None
) -> None:
    records: list[tuple[str, str, NDArray[np.uint8], NDArray[np.float32]]] = []
    skipped: list[tuple[str, str]] = []
    hashes = hashlib.sha256(), hashlib.sha256()
    with (folder / "images.bin").open("wb") as images, (folder / "masks.bin").open("wb") as masks:
        for done, face in enumerate(faces, start=1):
            if isinstance(face, FaceRecord):
                for file, content, pixels in zip((images, masks), hashes, (face.image, face.mask), strict=True):
                    data = np.ascontiguousarray(pixels, dtype=np.uint8).data
                    file.write(data)
                    content.update(data)
                pose = np.full(3, np.nan, np.float32) if face.pose is None else face.pose
                records.append((face.face, face.split, face.attributes, pose))
            else:
                skipped.append((face.face, face.reason))
            if progress is not None:
                progress(done, total)
    if not records:
        first = f", the first because {skipped[0][1]}" if skipped else ""
        raise DataError(f"none of the {total} faces found is usable{first}")
    columns: dict[str, Any] = {
        "ids": np.array([face for face, *_ in records]),
        "splits": np.array([split for _, split, *_ in records]),
        "attributes": np.stack([row for *_, row, _ in records]).astype(np.uint8).reshape(-1, NUM_ATTRIBUTES),
    }
    poses = np.stack([pose for *_, pose in records]).astype(np.float32)
    if not np.isnan(poses).all():
        columns["poses"] = poses
    np.savez(folder / "faces.npz", **columns)
    facts = {"size": size, "fingerprint": _fingerprint(size, hashes, columns), "skipped": skipped}
    (folder / "pack.json").write_text(json.dumps(facts), encoding="utf-8")
    for path in (*folder.iterdir(), folder):
        _sync(path)


def _fingerprint(size: int, hashes: Iterable[hashlib._Hash], columns: Mapping[str, Any]) -> str:
    whole = hashlib.sha256(f"{size}".encode())
    for each in hashes:
        whole.update(each.digest())
    for name, column in columns.items():
        whole.update(f"\n{name} {column.dtype.str} {column.shape}\n".encode())
        whole.update(column.tobytes())
    return whole.hexdigest()


def _sync(path: Path) -> None:
    """Wait until a file or folder is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True)
class SkippedFace:
    """A face that a dataset could not use, and why (a sentence that names the file)."""

    face: str
    reason: str
