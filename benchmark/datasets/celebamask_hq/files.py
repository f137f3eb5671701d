"""Finds the files of a CelebAMask-HQ folder and reads its annotation files."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.errors import DataError
from methods.labels import ATTRIBUTES, LABELS

IMAGES: Final = "CelebA-HQ-img"
PARTS: Final = "CelebAMask-HQ-mask-anno"
MAPPING: Final = "CelebA-HQ-to-CelebA-mapping.txt"
ATTRIBUTE_ROWS: Final = "CelebAMask-HQ-attribute-anno.txt"
POSES: Final = "CelebAMask-HQ-pose-anno.txt"

FACES_A_FOLDER: Final = 2000
LAST_TRAIN: Final = 162_770
LAST_VAL: Final = 182_637
"""Last file numbers of CelebA's own train and val partitions; what follows is test."""

_PART_NAME: Final = re.compile(rf"(\d{{5}})_({'|'.join(LABELS[1:])})\.png")
_IMAGE_NAME: Final = re.compile(r"(0|[1-9]\d*)\.jpg")


@dataclass(frozen=True)
class FaceFiles:
    """The files of one face.

    Attributes:
        number: the face's number in CelebA-HQ, 0 to 29,999.
        image: its JPEG.
        parts: its part files by label.
        listing: relative name, bytes, and time of change in ns of each of them, which tell one content from another.
    """

    number: int
    image: Path
    parts: dict[int, Path] = field(default_factory=dict)
    listing: list[tuple[str, int, int]] = field(default_factory=list)


def find_faces(root: Path | str | None) -> list[FaceFiles]:
    """The faces of the CelebAMask-HQ folder `root` whose image is there, by number.

    Raises:
        DataError: if there is no such folder, or it lacks one of the dataset's files.
    """
    needed = f"{IMAGES}/, {PARTS}/, {MAPPING} and {ATTRIBUTE_ROWS}"
    if root is None:
        raise DataError(f"celebamask-hq needs the folder of the dataset, which holds {needed}; give it by --data")
    root = Path(root)
    folders = [name for name in (IMAGES, PARTS) if not (root / name).is_dir()]
    files = [name for name in (MAPPING, ATTRIBUTE_ROWS) if not (root / name).is_file()]
    if absent := [f"{name}/" for name in folders] + files:
        raise DataError(
            f"{root} is not a CelebAMask-HQ folder: looked for {needed}, and {', '.join(absent)} is missing"
        )
    faces: dict[int, FaceFiles] = {}
    for entry in os.scandir(root / IMAGES):
        if named := _IMAGE_NAME.fullmatch(entry.name):
            face = FaceFiles(int(named[1]), Path(entry.path))
            face.listing.append(_listed(IMAGES, entry))
            faces[face.number] = face
    if not faces:
        raise DataError(f"{root} is not a CelebAMask-HQ folder: {IMAGES}/ holds no image such as 0.jpg")
    for folder, entry in _part_entries(root / PARTS):
        named = _PART_NAME.fullmatch(entry.name)
        if named and int(named[1]) in faces and int(named[1]) // FACES_A_FOLDER == int(folder):
            face = faces[int(named[1])]
            face.parts[LABELS.index(named[2])] = Path(entry.path)
            face.listing.append(_listed(f"{PARTS}/{folder}", entry))
    for face in faces.values():
        face.listing.sort()
    return [faces[number] for number in sorted(faces)]


def _part_entries(parts: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    for folder in os.scandir(parts):
        if folder.name.isdecimal() and folder.is_dir():
            for entry in os.scandir(folder):
                yield folder.name, entry


def _listed(folder: str, entry: os.DirEntry[str]) -> tuple[str, int, int]:
    try:
        stat = entry.stat()
    except OSError:
        # A dangling link: reading it names it, here it only has to differ from a file that can be read.
        return f"{folder}/{entry.name}", -1, -1
    return f"{folder}/{entry.name}", stat.st_size, stat.st_mtime_ns


@dataclass(frozen=True)
class Annotations:
    """What the annotation files say, by face number; a face without a well-formed row is absent.

    Attributes:
        splits: train, val or test by CelebA's partition.
        attributes: (40,) uint8 in {0, 1}.
        poses: (3,) float32 yaw, pitch, roll in degrees; empty where there is no pose file.
        digests: SHA-256 of each annotation file's bytes, by name.
    """

    splits: Mapping[int, Literal["train", "val", "test"]]
    attributes: Mapping[int, NDArray[np.uint8]]
    poses: Mapping[int, NDArray[np.float32]]
    digests: Mapping[str, str]


def read_annotations(root: Path) -> Annotations:
    """Read the mapping, attribute and pose files of the CelebAMask-HQ folder `root`.

    Raises:
        DataError: if the mapping or the attribute file cannot be read or is not what its name says.
    """
    texts = {name: _content(root / name) for name in (MAPPING, ATTRIBUTE_ROWS)}
    if (root / POSES).is_file():
        texts[POSES] = _content(root / POSES)
    lines = {name: text.decode("utf-8", errors="replace").splitlines() for name, text in texts.items()}
    return Annotations(
        splits=_splits(lines[MAPPING]),
        attributes=_attributes(lines[ATTRIBUTE_ROWS]),
        poses=_poses(lines.get(POSES, [])),
        digests={name: hashlib.sha256(text).hexdigest() for name, text in texts.items()},
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error


def _splits(lines: list[str]) -> dict[int, Literal["train", "val", "test"]]:
    splits: dict[int, Literal["train", "val", "test"]] = {}
    for line in lines:
        # idx, orig_idx, orig_file: CelebA's partition goes by the number in the file's name.
        if row := re.fullmatch(r"\s*(\d+)\s+\d+\s+(\d+)\.(?:jpg|png)\s*", line):
            number = int(row[2])
            splits[int(row[1])] = "train" if number <= LAST_TRAIN else "val" if number <= LAST_VAL else "test"
    if not splits:
        raise DataError(f"{MAPPING} holds no row such as '0  119613  119614.jpg'")
    return splits


def _attributes(lines: list[str]) -> dict[int, NDArray[np.uint8]]:
    names = lines[1].split() if len(lines) > 1 else []
    if sorted(names) != sorted(ATTRIBUTES):
        raise DataError(f"{ATTRIBUTE_ROWS} does not name CelebA's {len(ATTRIBUTES)} attributes in its second line")
    order = [names.index(name) for name in ATTRIBUTES]
    rows: dict[int, NDArray[np.uint8]] = {}
    for number, values in _rows_by_image(lines[2:]):
        if len(values) == len(names) and set(values) <= {"1", "-1"}:
            rows[number] = np.array([values[column] == "1" for column in order], np.uint8)
    return rows


def _poses(lines: list[str]) -> dict[int, NDArray[np.float32]]:
    rows: dict[int, NDArray[np.float32]] = {}
    for number, values in _rows_by_image(lines):
        try:
            pose = np.array([float(value) for value in values], np.float32)
        except ValueError:
            continue
        if pose.shape == (3,):
            rows[number] = pose
    return rows


def _rows_by_image(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    for line in lines:
        image, *values = line.split() or [""]
        if named := _IMAGE_NAME.fullmatch(image):
            yield int(named[1]), values
