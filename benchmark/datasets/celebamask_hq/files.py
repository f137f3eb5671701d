"""Finds the files of a CelebAMask-HQ folder and reads its annotation files."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.errors import DataError
from benchmark.datasets.masks import MaskFiles
from benchmark.images.label_sets import CELEBAMASK_HQ, COLORS
from methods.labels import ATTRIBUTES, LABELS

IMAGES: Final = "CelebA-HQ-img"
PARTS: Final = "CelebAMask-HQ-mask-anno"
LABEL_MAPS: Final = "CelebAMask-HQ-mask"
COLOR_MAPS: Final = "CelebAMask-HQ-mask-color"
"""Where the dataset's own scripts write label maps, in numbers and in colours, that they merge from the parts."""
MAPPING: Final = "CelebA-HQ-to-CelebA-mapping.txt"
ATTRIBUTE_ROWS: Final = "CelebAMask-HQ-attribute-anno.txt"
POSES: Final = "CelebAMask-HQ-pose-anno.txt"

Split = Literal["train", "val", "test"]

FACES_A_FOLDER: Final = 2000
LAST_TRAIN: Final = 162_770
LAST_VAL: Final = 182_637
"""Last file numbers of CelebA's own train and val partitions; what follows is test."""

_PART_NAME: Final = re.compile(rf"(\d{{5}})_({'|'.join(LABELS[1:])})\.(?i:png)")
_IMAGE_NAME: Final = re.compile(r"(\d{1,9})\.(?i:jpg|jpeg|png)")
_MAP_NAME: Final = re.compile(r"(\d{1,9})\.(?i:png)")
_TRUTHS: Final = ("1", "-1", "0")
_FULL_TURN: Final = 360.0
"""Degrees; what lies beyond is no angle of a head."""
_LONGEST_VALUE: Final = 20
"""Characters of a value that a message repeats."""


@dataclass(frozen=True)
class FaceFiles:
    """The files of one face.

    Attributes:
        number: the face's number in CelebA-HQ, 0 to 29,999.
        image: its image file.
        mask: the files of its mask.
        listing: relative name, bytes, and time of change in ns of each of them, which tell one content from another.
    """

    number: int
    image: Path
    mask: MaskFiles = field(default_factory=MaskFiles)
    listing: list[tuple[str, int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class FoundFiles:
    """The files of a CelebAMask-HQ folder.

    Attributes:
        faces: the faces whose image is there, by number.
        unknown_images: files where images lie whose names are those of no face's image, and
        unknown_masks: files where masks lie whose names or folders are those of no face's mask; both by relative name.
        masks: the folder that the masks are read from.
    """

    faces: list[FaceFiles]
    unknown_images: list[str]
    unknown_masks: list[str]
    masks: str = PARTS


def find_files(root: Path | str | None) -> FoundFiles:
    """The files of the CelebAMask-HQ folder `root`.

    Masks are read from the first of these that is there: the part files, the label maps, the colour maps.

    Raises:
        DataError: if there is no such folder, it lacks one of the dataset's files, or has two images, two label maps or
            two files of one part of one face.
    """
    needed = f"{IMAGES}/, {PARTS}/ (or {LABEL_MAPS}/, or {COLOR_MAPS}/), {MAPPING} and {ATTRIBUTE_ROWS}"
    if root is None:
        raise DataError(f"celebamask-hq needs the folder of the dataset, which holds {needed}; give it by --data")
    root = Path(root)
    masks = next((name for name in (PARTS, LABEL_MAPS, COLOR_MAPS) if (root / name).is_dir()), None)
    folders = [name for name, found in ((IMAGES, (root / IMAGES).is_dir()), (PARTS, masks)) if not found]
    files = [name for name in (MAPPING, ATTRIBUTE_ROWS) if not (root / name).is_file()]
    if masks is None or folders or files:
        absent = [f"{name}/" for name in folders] + files
        raise DataError(
            f"{root} is not a CelebAMask-HQ folder: looked for {needed}, and {', '.join(absent)} is missing"
        )
    faces, unknown_images = _images(root)
    unknown_masks = _add_parts(faces, root) if masks == PARTS else _add_label_maps(faces, root, masks)
    for face in faces.values():
        face.listing.sort()
    return FoundFiles([faces[number] for number in sorted(faces)], sorted(unknown_images), sorted(unknown_masks), masks)


def _images(root: Path) -> tuple[dict[int, FaceFiles], list[str]]:
    """The faces whose images are there by number, and the files that are no face's image."""
    faces: dict[int, FaceFiles] = {}
    unknown = []
    for entry in os.scandir(root / IMAGES):
        if (named := _IMAGE_NAME.fullmatch(entry.name)) is None:
            unknown.append(f"{IMAGES}/{entry.name}")
            continue
        face = FaceFiles(int(named[1]), Path(entry.path))
        face.listing.append(_listed(IMAGES, entry))
        if (other := faces.setdefault(face.number, face)) is not face:
            first, second = sorted((other.image.name, entry.name))
            raise DataError(f"{root / IMAGES}: {first} and {second} are images of one face; remove one of them")
    if not faces:
        raise DataError(f"{root} is not a CelebAMask-HQ folder: {IMAGES}/ holds no image such as 0.jpg")
    return faces, unknown


def _add_parts(faces: Mapping[int, FaceFiles], root: Path) -> list[str]:
    """Give faces their part files; the files that are no face's part."""
    unknown = []
    for folder, entry in _part_entries(root / PARTS):
        named = _PART_NAME.fullmatch(entry.name)
        if named is None or not _is_folder_of(folder, int(named[1])):
            unknown.append(f"{PARTS}/{folder}/{entry.name}".replace("//", "/"))
        elif (face := faces.get(int(named[1]))) is not None:
            part = Path(entry.path)
            if (other := face.mask.parts.setdefault(LABELS.index(named[2]), part)) is not part:
                first, second = sorted(str(path.relative_to(root / PARTS)) for path in (other, part))
                raise DataError(f"{root / PARTS}: {first} and {second} are one part of one face; remove one of them")
            face.listing.append(_listed(f"{PARTS}/{folder}", entry))
    return unknown


def _add_label_maps(faces: dict[int, FaceFiles], root: Path, folder: str) -> list[str]:
    """Give faces their label maps, in numbers or in colours; the files that are no face's label map."""
    unknown = []
    label_set = COLORS if folder == COLOR_MAPS else CELEBAMASK_HQ
    for entry in os.scandir(root / folder):
        if (named := _MAP_NAME.fullmatch(entry.name)) is None:
            unknown.append(f"{folder}/{entry.name}")
        elif (face := faces.get(int(named[1]))) is not None:
            if (other := face.mask.label_map) is not None:
                first, second = sorted((other.name, entry.name))
                raise DataError(f"{root / folder}: {first} and {second} are masks of one face; remove one of them")
            faces[face.number] = replace(face, mask=MaskFiles(Path(entry.path), label_set=label_set))
            face.listing.append(_listed(folder, entry))
    return unknown


def _part_entries(parts: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The files among parts with the name of the folder they lie in, "" for `parts` itself."""
    for inner in os.scandir(parts):
        if inner.is_dir():
            for entry in os.scandir(inner):
                yield inner.name, entry
        else:
            yield "", inner


def _is_folder_of(name: str, face: int) -> bool:
    """Whether parts of a face may lie in a folder: that of its number, or the one above."""
    return not name or (name.isdecimal() and int(name) == face // FACES_A_FOLDER)


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
        faults: what is wrong with the rows of a face that has rows, but none that can be used.
        digests: SHA-256 of each annotation file's bytes, by name.
    """

    splits: Mapping[int, Split]
    attributes: Mapping[int, NDArray[np.uint8]]
    poses: Mapping[int, NDArray[np.float32]]
    digests: Mapping[str, str]
    faults: Mapping[int, str] = field(default_factory=dict)

    def fault(self, number: int) -> str | None:
        """Why a face cannot be used for want of a row, as a sentence; None where it has all rows that it needs."""
        if number in self.faults:
            return self.faults[number]
        if number not in self.splits:
            return f"{MAPPING} has no row for {number}"
        return None if number in self.attributes else f"{ATTRIBUTE_ROWS} has no row for {number}.jpg"


def read_annotations(root: Path) -> Annotations:
    """Read the mapping, attribute and pose files of the CelebAMask-HQ folder `root`.

    Raises:
        DataError: if the mapping or the attribute file cannot be read or is not what its name says.
    """
    texts = {name: _content(root / name) for name in (MAPPING, ATTRIBUTE_ROWS)}
    if (root / POSES).is_file():
        texts[POSES] = _content(root / POSES)
    lines = {name: text.decode("utf-8", errors="replace").splitlines() for name, text in texts.items()}
    splits, strange_splits = _splits(lines[MAPPING])
    attributes, strange_attributes = _attributes(lines[ATTRIBUTE_ROWS])
    return Annotations(
        splits=splits,
        attributes=attributes,
        poses=_poses(lines.get(POSES, [])),
        digests={name: hashlib.sha256(text).hexdigest() for name, text in texts.items()},
        faults={**strange_attributes, **strange_splits},
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error


def _splits(lines: list[str]) -> tuple[dict[int, Split], dict[int, str]]:
    """The split of each face, and what is wrong with the rows of the others."""
    splits: dict[int, Split] = {}
    faults: dict[int, str] = {}
    for line in lines:
        # idx, orig_idx, orig_file: CelebA's partition goes by the number in the file's name.
        if row := re.fullmatch(r"\s*(\d{1,9})\s+\d+\s+(\d{1,9})\.(?:jpg|png)\s*", line):
            face, number = int(row[1]), int(row[2])
            split: Split = "train" if number <= LAST_TRAIN else "val" if number <= LAST_VAL else "test"
            if splits.setdefault(face, split) != split:
                faults[face] = f"{MAPPING} has rows for {face} in different splits"
    if not splits:
        raise DataError(f"{MAPPING} holds no row such as '0  119613  119614.jpg'")
    return {face: split for face, split in splits.items() if face not in faults}, faults


def _attributes(lines: list[str]) -> tuple[dict[int, NDArray[np.uint8]], dict[int, str]]:
    """The attributes of each face, and what is wrong with the rows of the others.

    Before the rows stand the number of faces and the attributes' names, or the names alone, under a word for the first
    column or none; columns are parted by blanks or commas.
    """
    words = [line.replace(",", " ").split() for line in lines]
    place = 1 if words and len(words[0]) == 1 and words[0][0].isdecimal() else 0
    names = words[place] if place < len(words) else []
    names = names[1:] if len(names) == len(ATTRIBUTES) + 1 else names
    if sorted(names) != sorted(ATTRIBUTES):
        raise DataError(
            f"{ATTRIBUTE_ROWS} does not name CelebA's {len(ATTRIBUTES)} attributes in its first or second line"
        )
    order = [names.index(name) for name in ATTRIBUTES]
    rows: dict[int, NDArray[np.uint8]] = {}
    faults: dict[int, str] = {}
    for face, values in _rows_by_image(words[place + 1 :]):
        if (fault := _row_fault(values, names)) is not None:
            faults[face] = f"{ATTRIBUTE_ROWS} has {fault} for {face}.jpg"
            continue
        row = np.array([values[column] == "1" for column in order], np.uint8)
        if not np.array_equal(rows.setdefault(face, row), row):
            faults[face] = f"{ATTRIBUTE_ROWS} has rows for {face}.jpg that differ"
    return {face: row for face, row in rows.items() if face not in faults}, faults


def _row_fault(values: list[str], names: list[str]) -> str | None:
    """What is wrong with a row of attributes: 1 for what a face has, and CelebA's -1 or another's 0 for what not."""
    if len(values) != len(names):
        return f"{len(values)} values, not {len(names)},"
    found = set(values)
    if found <= {"1", "-1"} or found <= {"1", "0"}:
        return None
    if found <= {"1", "-1", "0"}:
        return "both -1 and 0"
    name, value = next((name, value) for name, value in zip(names, values, strict=True) if value not in _TRUTHS)
    return f"{name} {value[:_LONGEST_VALUE]!r}, not 1, -1 or 0,"


def _poses(lines: list[str]) -> dict[int, NDArray[np.float32]]:
    rows: dict[int, NDArray[np.float32]] = {}
    for face, values in _rows_by_image([line.split() for line in lines]):
        try:
            pose = np.array([float(value) for value in values])
        except ValueError:
            continue
        if pose.shape == (3,) and (np.abs(pose) <= _FULL_TURN).all():
            rows[face] = pose.astype(np.float32)
    return rows


def _rows_by_image(rows: list[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for row in rows:
        image, *values = row or [""]
        if named := _IMAGE_NAME.fullmatch(image):
            yield int(named[1]), values
