"""A memory-mapped cache of faces at one size, written once, atomically, and found again by its content's key."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self, TypeVar

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from benchmark.datasets.errors import DataError
from benchmark.runtime.atomic_files import sha256_of
from benchmark.runtime.checked_files import DamagedFileError, checked_json, read_arrays, read_checked_json
from benchmark.runtime.system_failures import sentence_of
from methods.labels import ATTRIBUTES, NUM_ATTRIBUTES, NUM_LABELS

PACK_FORMAT: Final = 2
"""Version of the files below and of the code that fills them; enters every key."""

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = ("train", "val", "test")

_CHUNK: Final = 256
_BYTES_PER_PIXEL: Final = 4
"""Three of the image and one of the mask."""
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_checked: set[tuple[Any, ...]] = set()
"""Packs whose content this process has compared: their files with size and time."""
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
        attributes: (A,) uint8 in {0, 1}: CelebA's 40, and then those that the dataset adds.
        pose: (3,) yaw, pitch, roll in degrees, where known.
    """

    face: str
    split: str
    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    attributes: NDArray[np.uint8]
    pose: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class SkippedFace:
    """A face that a dataset could not use.

    Attributes:
        face: its id.
        reason: why, in a sentence that names the file.
        kind: why, in words that all such faces share: the end of "12 faces …"; empty where nobody says it.
    """

    face: str
    reason: str
    kind: str = ""


class PackedFaces:
    """N faces at one size, read from a folder that `packed_faces` wrote.

    Attributes:
        size: side of the square images in pixels.
        images: (N, size, size, 3) uint8 RGB, a read-only memory map.
        masks: (N, size, size) uint8 labels, a read-only memory map.
        attributes: (N, A) uint8 in {0, 1}.
        own_attributes: names of those that the dataset adds to CelebA's 40.
        poses: (N, 3) float32 yaw, pitch, roll in degrees, NaN rows where a face has none; None where no face has one.
        ids: (N,) str.
        splits: (N,) str.
        fingerprint: SHA-256 of all of the above, in hex.
        skipped: (face, reason) of the faces left out.
        left_out: the same faces, with the kind of reason.
        damage: what was wrong with the pack that this one took the place of, where there was one.
    """

    damage: str | None = None

    def __init__(self, folder: Path) -> None:
        """Open a pack; takes milliseconds, for images and masks are only mapped (`packed_faces` compares them too).

        Raises:
            FileNotFoundError: if there is no pack at `folder`.
            DamagedFileError: if a file has not the content that was written to it, or they do not fit together.
        """
        self.folder = folder
        facts, columns = read_checked_json(folder / "pack.json"), read_arrays(folder / "faces.npz")
        try:
            self.size: int = facts["size"]
            self.fingerprint: str = facts["fingerprint"]
            self.skipped: tuple[tuple[str, str], ...] = tuple((face, reason) for face, reason in facts["skipped"])
            self.left_out: tuple[SkippedFace, ...] = tuple(
                SkippedFace(face, reason, kind)
                for (face, reason), kind in zip(self.skipped, facts.get("kinds", [""] * len(self.skipped)), strict=True)
            )
            self.ids: NDArray[np.str_] = columns["ids"]
            self.splits: NDArray[np.str_] = columns["splits"]
            self.attributes: NDArray[np.uint8] = columns["attributes"]
            self.own_attributes = tuple(map(str, columns["own_attributes"])) if "own_attributes" in columns else ()
            self.poses: NDArray[np.float32] | None = columns.get("poses")
            self.images = self._mapped("images.bin", (self.size, self.size, 3))
            self.masks = self._mapped("masks.bin", (self.size, self.size))
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise DamagedFileError(f"{folder} is no pack of faces: its files do not fit together") from error

    def _mapped(self, name: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        path, full = self.folder / name, (len(self.ids), *shape)
        if path.stat().st_size != int(np.prod(full)):
            raise ValueError(f"{path} does not hold {len(self.ids)} faces")
        return np.memmap(path, np.uint8, "r", shape=full)

    def check(self) -> None:
        """Compare the content of all files with the fingerprint; reads every image, once for files as they are now.

        Raises:
            DamagedFileError: if it is another.
        """
        files = [self.folder / name for name in ("images.bin", "masks.bin", "faces.npz", "pack.json")]
        known = tuple((str(path), *_state(path)) for path in files)
        if known in _checked:
            return
        with ThreadPoolExecutor(2) as threads:  # hashing releases Python's lock
            hashes = list(threads.map(sha256_of, files[:2]))
        columns = {"ids": self.ids, "splits": self.splits, "attributes": self.attributes}
        if self.poses is not None:
            columns["poses"] = self.poses
        if self.own_attributes:
            columns["own_attributes"] = np.array(self.own_attributes)
        if _fingerprint(self.size, map(bytes.fromhex, hashes), columns) != self.fingerprint:
            raise DamagedFileError(f"{self.folder} has not the faces that were packed: their checksum differs")
        _checked.add(known)

    def __len__(self) -> int:
        """N."""
        return len(self.ids)

    def __reduce__(self) -> tuple[type[Self], tuple[Path]]:
        """Pickle as the folder: a memory map would travel to worker processes as a copy of every face."""
        return type(self), (self.folder,)

    @property
    def attribute_names(self) -> tuple[str, ...]:
        """A names, of the attributes' columns."""
        return (*ATTRIBUTES, *self.own_attributes)

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
    own_attributes: Sequence[str] = (),
) -> PackedFaces:
    """Open the faces packed in `cache` under `key`, packing them first where they are not there.

    Processes that need the same pack wait for the one that writes it. A pack appears under its name only when it is
    whole and on disk; what a killed process left is removed by the next. A process compares the content of a pack with
    its fingerprint when it first opens it; one that has changed is packed anew, and its `damage` tells.

    Args:
        cache: folder of packs; created where absent.
        key: from `content_key`.
        size: side of the images in pixels.
        faces: gives the faces in the order of their rows; called only where they have to be packed.
        total: how many `faces` gives.
        progress: told how far packing is.
        own_attributes: names of the attributes that records have after CelebA's 40.

    Raises:
        DataError: if the cache has too little free space or cannot be written, or no face is usable.
    """
    folder = cache / key
    try:
        if folder.exists():
            with suppress(FileNotFoundError, DamagedFileError):  # another process may be about to mend it
                return _opened(folder)
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f"{key}.lock"):
            damage = None
            if folder.exists():
                try:
                    return _opened(folder)
                except FileNotFoundError as error:
                    damage = f"{error.filename} is missing"
                except DamagedFileError as error:
                    damage = str(error)
            packed = _pack(folder, size, faces(), total, progress, tuple(own_attributes))
            packed.damage = damage
            return packed
    except OSError as error:
        said = sentence_of(error)
        raise DataError(f"packed faces cannot be written to the cache folder {cache}: {said}") from error


def in_parallel(function: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
    """`function` of each item, in order, by as many threads as there are processors."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        # In chunks, because `map` starts everything at once and would hold a whole dataset's results in memory.
        for start in range(0, len(items), _CHUNK):
            yield from pool.map(function, items[start : start + _CHUNK])


def _opened(folder: Path) -> PackedFaces:
    packed = PackedFaces(folder)
    packed.check()
    return packed


def _pack(
    folder: Path,
    size: int,
    faces: Iterable[FaceRecord | SkippedFace],
    total: int,
    progress: Progress | None,
    own_attributes: tuple[str, ...],
) -> PackedFaces:
    for leftover in folder.parent.glob(f".{folder.name}-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    _require_space(folder.parent, size, total)
    partial = folder.parent / f".{folder.name}-{uuid.uuid4().hex}"
    partial.mkdir()
    try:
        _write(partial, size, faces, total, progress, own_attributes)
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
    folder: Path,
    size: int,
    faces: Iterable[FaceRecord | SkippedFace],
    total: int,
    progress: Progress | None,
    own_attributes: tuple[str, ...],
) -> None:
    width = NUM_ATTRIBUTES + len(own_attributes)
    records: list[tuple[str, str, NDArray[np.uint8], NDArray[np.float32]]] = []
    skipped: list[SkippedFace] = []
    hashes = hashlib.sha256(), hashlib.sha256()
    split_by_face: dict[str, str] = {}
    with (folder / "images.bin").open("wb") as images, (folder / "masks.bin").open("wb") as masks:
        for done, face in enumerate(faces, start=1):
            if isinstance(face, FaceRecord):
                _check(face, size, width, split_by_face)
                for file, content, pixels in zip((images, masks), hashes, (face.image, face.mask), strict=True):
                    data = np.ascontiguousarray(pixels, dtype=np.uint8).data
                    file.write(data)
                    content.update(data)
                pose = np.full(3, np.nan, np.float32) if face.pose is None else face.pose
                records.append((face.face, face.split, face.attributes, pose))
            else:
                skipped.append(face)
            if progress is not None:
                progress(done, total)
    if not records:
        first = f", the first because {skipped[0].reason}" if skipped else ""
        raise DataError(f"none of the {total} faces found is usable{first}")
    columns: dict[str, Any] = {
        "ids": np.array([face for face, *_ in records]),
        "splits": np.array([split for _, split, *_ in records]),
        "attributes": np.stack([row for *_, row, _ in records]).astype(np.uint8).reshape(-1, width),
    }
    if own_attributes:
        columns["own_attributes"] = np.array(own_attributes)
    poses = np.stack([pose for *_, pose in records]).astype(np.float32)
    if not np.isnan(poses).all():
        columns["poses"] = poses
    np.savez(folder / "faces.npz", **columns)
    fingerprint = _fingerprint(size, (content.digest() for content in hashes), columns)
    facts = {
        "size": size,
        "fingerprint": fingerprint,
        "skipped": [(face.face, face.reason) for face in skipped],
        "kinds": [face.kind for face in skipped],
    }
    (folder / "pack.json").write_text(checked_json(facts), encoding="utf-8")
    for path in (*folder.iterdir(), folder):
        _sync(path)


def _check(record: FaceRecord, size: int, width: int, split_by_face: dict[str, str]) -> None:
    """Refuse a face that is not as `FaceRecord` says, or whose id was given before."""
    where = f"face {record.face!r}"
    for name, shape in (("image", (size, size, 3)), ("mask", (size, size)), ("attributes", (width,))):
        values = getattr(record, name)
        if not isinstance(values, np.ndarray) or values.shape != shape:
            raise DataError(f"{where}: its {name} is {_kind(values)}, where {shape} was expected")
        if values.dtype != np.uint8 and not (name == "attributes" and values.dtype.kind in "biuf"):
            raise DataError(f"{where}: its {name} is of {values.dtype}, where uint8 was expected")
    if record.mask.max() >= NUM_LABELS:
        raise DataError(f"{where}: its mask has label {record.mask.max()}; labels are 0..{NUM_LABELS - 1}")
    if not np.isin(record.attributes, (0, 1)).all():
        raise DataError(f"{where}: its attributes have other values than 0 and 1")
    if record.split not in SPLITS:
        raise DataError(f"{where}: its split is {record.split!r}; splits are {', '.join(SPLITS)}")
    if record.face in split_by_face:
        first, second = split_by_face[record.face], record.split
        places = f"the split {first}" if first == second else f"the splits {first} and {second}"
        raise DataError(f"{where} is given twice, in {places}; ids are those of one face")
    split_by_face[record.face] = record.split


def _kind(values: object) -> str:
    return str(values.shape) if isinstance(values, np.ndarray) else type(values).__name__


def _fingerprint(size: int, hashes: Iterable[bytes], columns: Mapping[str, Any]) -> str:
    whole = hashlib.sha256(f"{size}".encode())
    for digest in hashes:
        whole.update(digest)
    for name, column in columns.items():
        whole.update(f"\n{name} {column.dtype.str} {column.shape}\n".encode())
        whole.update(column.tobytes())
    return whole.hexdigest()


def _state(path: Path) -> tuple[int, int, int]:
    """What changes where a file is written to or replaced."""
    facts = path.stat()
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def _sync(path: Path) -> None:
    """Wait until a file or folder is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
