"""Finds the images and masks of a folder of faces, and accounts for every file that is none of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from benchmark.datasets.errors import DataError
from benchmark.datasets.face_folder.annotations import TABLES
from benchmark.datasets.face_folder.table import normal
from benchmark.datasets.masks import MaskFiles
from benchmark.images.label_maps import is_lossless_name
from benchmark.images.label_sets import ENDINGS, LabelSet
from benchmark.images.listing import FileCount, Listing
from benchmark.images.read import EXTENSIONS, is_image_name
from benchmark.images.selection import FileSelection
from methods.labels import LABELS

IMAGES: Final = "images"
MASKS: Final = "masks"

_PART: Final = re.compile(rf"(.+)[_/]({'|'.join(LABELS[1:])})")


@dataclass(frozen=True)
class FolderFace:
    """The files of one face.

    Attributes:
        id: the path of its image without the ending, from where the images lie.
        image: its image file.
        mask: the files of its mask.
        doubt: why its mask cannot be known, where several files claim to be it.
        listing: relative name, bytes, and time of change in ns of each file, which tell one content from another.
    """

    id: str
    image: Path
    mask: MaskFiles
    doubt: str | None
    listing: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class FoundFaces:
    """The files of a folder of faces.

    Attributes:
        root: the folder.
        faces: by id, in order.
        has_masks: whether there is a folder of masks.
        left_out: files that are none of these, by the folder in which they lie.
    """

    root: Path
    faces: Mapping[str, FolderFace]
    has_masks: bool
    left_out: Mapping[str, tuple[FileCount, ...]]


def find_faces(root: Path | str | None, label_set: LabelSet) -> FoundFaces:
    """The files of the folder `root`: images in `images/`, or in `root` itself, and masks in `masks/`.

    A mask has the name of its image. Part files are `ID_PART.png` or `ID/PART.png`.

    Args:
        root: the folder.
        label_set: what label maps say.

    Raises:
        DataError: if there is no such folder, it has no image, two files are one face's image, label map or part, or
            two names differ in upper and lower case alone.
    """
    if root is None or not Path(root).is_dir():
        raise DataError(
            f"face-folder needs a folder with {IMAGES}/ and, as far as there are any, {MASKS}/, {', '.join(TABLES)}; "
            + ("give it by --data" if root is None else f"{root} is no folder")
        )
    root = Path(root)
    inner = (root / IMAGES).is_dir()
    place = root / IMAGES if inner else root
    images = Listing(place, FileSelection(recursive=True))
    if not inner:
        images.files = [path for path in images.files if not _is_of_the_layout(path)]
    images.leave_out(lambda path: None if is_image_name(path.name) else "with another ending")
    images.leave_out(lambda path: None if _is_text(str(path)) else "with a name that is not UTF-8")
    images.leave_out_label_maps()
    named = _named(images, "images")
    if not named:
        raise DataError(f"{place} holds no image; known endings: {', '.join(EXTENSIONS)}")
    _refuse_names_of_one_case(place, named)
    left_out = {IMAGES if inner else root.name: images.left_out}
    if inner and (beside := [path.name for path in sorted(root.iterdir()) if is_image_name(path.name)]):
        left_out[root.name] = (FileCount(f"images beside {IMAGES}/", len(beside), beside[0]),)
    has_masks = (root / MASKS).is_dir()
    masks: dict[str, MaskFiles] = {}
    doubts: dict[str, str] = {}
    if has_masks:
        masks, doubts, left_out[MASKS] = _masks(root / MASKS, set(named), label_set)
    faces = {}
    for face in sorted(named, key=lambda name: name.split("/")):
        mask = masks.get(face, MaskFiles(label_set=label_set))
        files = [named[face], *(() if mask.label_map is None else (mask.label_map,)), *mask.parts.values()]
        listing = tuple(sorted(_listed(root, file) for file in files))
        faces[face] = FolderFace(face, named[face], mask, doubts.get(face), listing)
    return FoundFaces(root, faces, has_masks, {name: counts for name, counts in left_out.items() if counts})


def _is_of_the_layout(path: PurePosixPath) -> bool:
    """Whether a file of the folder itself is a mask, a table or a label set."""
    return path.parts[0] == MASKS or (len(path.parts) == 1 and (path.name in TABLES or path.suffix in ENDINGS))


def _is_text(name: str) -> bool:
    """Whether a name can be written into a table: a file system has any bytes."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _named(listing: Listing, what: str) -> dict[str, Path]:
    """The files of a listing by their names.

    Raises:
        DataError: if two have one name.
    """
    named: dict[str, PurePosixPath] = {}
    for path in listing.files:
        name = normal(listing.name_of(path))
        if name in named:
            raise DataError(
                f"{listing.folder}: {named[name]} and {path} are {what} of one face, {name}; remove one of them"
            )
        named[name] = path
    return {name: listing.folder / path for name, path in named.items()}


def _refuse_names_of_one_case(folder: Path, names: Iterable[str]) -> None:
    """Refuse names that would be one file where upper and lower case are the same, as in a copy on another system."""
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(name.casefold(), name)
        if other != name:
            raise DataError(f"{folder}: {other} and {name} differ in upper and lower case alone; rename one of them")


def _masks(
    folder: Path, faces: set[str], label_set: LabelSet
) -> tuple[dict[str, MaskFiles], dict[str, str], tuple[FileCount, ...]]:
    """The mask of each face, why that of others cannot be known, and the files that are no face's mask."""
    listing = Listing(folder, FileSelection(recursive=True))
    listing.leave_out(lambda path: None if is_image_name(path.name) else "with another ending")
    listing.leave_out(lambda path: None if is_lossless_name(path.name) else "in JPEG, which keeps no exact labels")
    owners = {path: _owner(normal(listing.name_of(path)), faces) for path in listing.files}
    listing.leave_out(lambda path: "for which there is no image" if owners[path] is None else None)
    masks: dict[str, MaskFiles] = {}
    doubts: dict[str, str] = {}
    for name, path in _named(listing, "masks").items():
        face, label = _owner(name, faces) or (name, None)
        mask = masks.setdefault(face, MaskFiles(label_set=label_set))
        if label is None:
            masks[face] = replace(mask, label_map=path)
        elif (other := mask.parts.setdefault(label, path)) != path:
            doubts[face] = _two_masks(folder, other, path, LABELS[label])
        mask = masks[face]
        if mask.label_map is not None and mask.parts:
            part = next(iter(mask.parts.values()))
            doubts[face] = _two_masks(folder, mask.label_map, part, "masks")
    return masks, doubts, listing.left_out


def _owner(name: str, faces: set[str]) -> tuple[str, int | None] | None:
    """The face that a mask's name is of, and the label of a part; None where there is no such face."""
    if name in faces:
        return name, None
    found = _PART.fullmatch(name)
    return (found[1], LABELS.index(found[2])) if found is not None and found[1] in faces else None


def _two_masks(folder: Path, first: Path, second: Path, what: str) -> str:
    names = sorted(str(path.relative_to(folder)) for path in (first, second))
    return f"{MASKS}/{names[0]} and {MASKS}/{names[1]} are both {what} of this face"


def _listed(root: Path, path: Path) -> tuple[str, int, int]:
    name = path.relative_to(root).as_posix()
    try:
        facts = path.stat()
    except OSError:
        # a dangling link: reading it names it, here it only has to differ from a file that can be read
        return name, -1, -1
    return name, facts.st_size, facts.st_mtime_ns


def counts_in_words(left_out: Mapping[str, Iterable[FileCount]]) -> Iterator[str]:
    """What was left out of each place, in words."""
    yield from (f"{place}: {', '.join(map(str, counts))}" for place, counts in left_out.items())
