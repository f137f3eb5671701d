"""Reads a folder of pictures, and accounts for every file in it: used, or left out and why."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from benchmark.images.label_maps import is_lossless_name
from benchmark.images.listing import FileCount, Listing
from benchmark.images.read import EXTENSIONS, conversions, is_image_name
from benchmark.images.selection import ALL_FILES, FileSelection, Role
from registry.errors import InputError

HEADER_READERS: Final = 4
"""Threads that read headers; a file server answers them at the same time."""
_KIND: Final = re.compile(
    r"(?:^|_)((?:real|fake)(?:_[AB])?|(?:rec|idt)_[AB]|input_label|(?:synthesized|real|encoded)_image)$"
)
"""How CycleGAN, pix2pix, pix2pixHD and SPADE name the kinds of pictures that they write into one results folder."""


@dataclass(frozen=True)
class ImageFolder:
    """The pictures of a folder.

    Attributes:
        path: of the folder.
        files: of the pictures, by name: the path in the folder without ending and suffix. In the order of their paths.
        left_out: every other file.
        remarks: what a reader of their figures must know of the pictures that are used.
        named: the folder or archive that the user named, where the pictures lie elsewhere.
    """

    path: Path
    files: Mapping[str, Path]
    left_out: tuple[FileCount, ...] = ()
    remarks: tuple[FileCount, ...] = ()
    named: Path | None = None

    @property
    def shown(self) -> Path:
        """The folder as messages name it."""
        return self.named or self.path

    @property
    def summary(self) -> str | None:
        """One line for the terminal; None where every file is used and nothing is remarkable."""
        if not self.left_out and not self.remarks:
            return None
        parts = [f"{self.shown}: {len(self.files):,} used"]
        if self.left_out:
            parts.append(f"left out: {', '.join(map(str, self.left_out))}")
        return "; ".join([*parts, *map(str, self.remarks)])

    def content(self) -> dict[str, object]:
        """The accounting as plain values."""
        return {
            "folder": str(self.shown),
            "used": len(self.files),
            "left_out": [vars(files) for files in self.left_out],
            "remarks": [vars(files) for files in self.remarks],
        }


def open_images(folder: Path, selection: FileSelection = ALL_FILES, role: Role = "images") -> ImageFolder:
    """The pictures of a folder, by pytorch-fid's endings in upper or lower case; headers are read, no pixels.

    A file that is the label map of a picture is none, whether it has the picture's name or one that begins with it.

    Args:
        folder: of the pictures.
        selection: which of its files are meant.
        role: names the folder where options are proposed.

    Raises:
        InputError: if the folder is absent or has no picture, a name is there twice, the folder holds several kinds of
            pictures and none was selected, or a file's header is that of no image.
    """
    listing = Listing(folder, selection)
    listing.leave_out(lambda path: None if is_image_name(path.name) else "with another ending")
    listing.select()
    listing.leave_out_label_maps()
    listing.refuse_doubles()
    if selection.match is None and not selection.suffix:
        _refuse_kinds(folder, listing.files, role)
    if not listing.files:
        seen = f"left out: {', '.join(map(str, listing.left_out))}; " if listing.left_out else ""
        raise InputError(f"{folder}: holds no image; {seen}known endings: {', '.join(EXTENSIONS)}")
    files = listing.named()
    return ImageFolder(folder, files, listing.left_out, _remarks(folder, files))


def open_label_maps(folder: Path, images: Mapping[str, Path], selection: FileSelection = ALL_FILES) -> ImageFolder:
    """The label maps of pictures, each of the name of its picture; those of no picture are left out.

    Args:
        folder: of the label maps; pictures may lie there too.
        images: the pictures by name.
        selection: which of its files are meant.

    Raises:
        InputError: if the folder is absent, a picture has no label map, or one has two.
    """
    listing = Listing(folder, selection)
    listing.leave_out(lambda path: None if is_image_name(path.name) else "with another ending")
    listing.leave_out(lambda path: None if is_lossless_name(path.name) else "in JPEG, which keeps no exact labels")
    listing.select()
    listing.leave_out(lambda path: None if listing.name_of(path) in images else "for which there is no image")
    listing.keep_label_maps_of_doubles()
    listing.refuse_doubles()
    found = listing.named()
    if missing := [name for name in images if name not in found]:
        more = f" (nor those of {len(missing) - 1:,} more)" if len(missing) > 1 else ""
        expected = folder / f"{missing[0]}{selection.suffix}.png"
        seen = f"; left out of {folder}: {', '.join(map(str, listing.left_out))}" if listing.left_out else ""
        raise InputError(f"{images[missing[0]]} has no mask: {expected} is not there{more}{seen}")
    return ImageFolder(folder, {name: found[name] for name in images}, listing.left_out)


def _refuse_kinds(folder: Path, files: Iterable[PurePosixPath], role: Role) -> None:
    """Refuse a results folder of other programs in which outputs lie beside inputs and real images."""
    examples: dict[str, PurePosixPath] = {}
    for path in files:
        for name in (path.stem, *path.parts[:-1]):
            if (found := _KIND.search(name)) is not None:
                examples.setdefault(found[1], path)
    if len(examples) > 1:
        first, second, *_ = examples.values()
        kind = next(iter(examples))
        which = "" if role == "images" else f"{role}="
        way = f"--suffix {which}_{kind}" if first.stem.endswith(f"_{kind}") else f"--match '{which}{kind}/*'"
        raise InputError(
            f"{folder}: holds {len(examples)} kinds of pictures, such as {first} and {second}: choose one, for example "
            f"by {way}"
        )


def _remarks(folder: Path, files: Mapping[str, Path]) -> tuple[FileCount, ...]:
    found: dict[str, list[str]] = {}
    with ThreadPoolExecutor(HEADER_READERS) as threads:
        for path, changes in zip(files.values(), threads.map(conversions, files.values()), strict=True):
            for change in changes:
                found.setdefault(change, []).append(str(path.relative_to(folder)))
    for path, original in _copies(files.values()):
        names = f"{path.relative_to(folder)} of {original.relative_to(folder)}"
        found.setdefault("equal byte for byte to others", []).append(names)
    return tuple(FileCount(reason, len(names), names[0]) for reason, names in found.items())


def _copies(files: Iterable[Path]) -> Iterator[tuple[Path, Path]]:
    """Files equal to one before, with that one."""
    by_size: dict[int, list[Path]] = {}
    for path in files:
        by_size.setdefault(path.stat().st_size, []).append(path)
    for paths in by_size.values():
        if len(paths) > 1:
            first: dict[bytes, Path] = {}
            for path in paths:
                original = first.setdefault(_digest(path), path)
                if original is not path:
                    yield path, original


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
