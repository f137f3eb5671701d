"""Reads a folder of pictures, and accounts for every file in it: used, or left out and why."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Final

from benchmark.images.label_maps import is_label_map, is_lossless_name
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
class FileCount:
    """Files of a folder with something in common.

    Attributes:
        reason: what, as the end of "12 files …".
        count: how many.
        example: one of them, by its path in the folder.
    """

    reason: str
    count: int
    example: str

    def __str__(self) -> str:
        return f"{self.count:,} {self.reason} (such as {self.example})"


@dataclass(frozen=True)
class ImageFolder:
    """The pictures of a folder.

    Attributes:
        path: of the folder.
        files: of the pictures, by name: the path in the folder without ending and suffix. In the order of their paths.
        left_out: every other file.
        remarks: what a reader of their figures must know of the pictures that are used.
    """

    path: Path
    files: Mapping[str, Path]
    left_out: tuple[FileCount, ...] = ()
    remarks: tuple[FileCount, ...] = ()

    @property
    def summary(self) -> str | None:
        """One line for the terminal; None where every file is used and nothing is remarkable."""
        if not self.left_out and not self.remarks:
            return None
        parts = [f"{self.path}: {len(self.files):,} used"]
        if self.left_out:
            parts.append(f"left out: {', '.join(map(str, self.left_out))}")
        return "; ".join([*parts, *map(str, self.remarks)])

    def content(self) -> dict[str, object]:
        """The accounting as plain values."""
        return {
            "folder": str(self.path),
            "used": len(self.files),
            "left_out": [vars(each) for each in self.left_out],
            "remarks": [vars(each) for each in self.remarks],
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
    listing = _Listing(folder, selection)
    listing.leave_out(lambda path: None if is_image_name(path.name) else "with another ending")
    listing.select()
    listing.leave_out_label_maps()
    listing.refuse_doubles()
    if selection.match is None and not selection.suffix:
        _refuse_kinds(folder, listing.files, role)
    files = listing.named(f"known endings: {', '.join(EXTENSIONS)}", "image")
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
    listing = _Listing(folder, selection)
    listing.leave_out(lambda path: None if is_image_name(path.name) else "with another ending")
    listing.leave_out(lambda path: None if is_lossless_name(path.name) else "in JPEG, which keeps no exact labels")
    listing.select()
    listing.leave_out(lambda path: None if listing.name_of(path) in images else "for which there is no image")
    listing.keep_label_maps_of_doubles()
    listing.refuse_doubles()
    found = {listing.name_of(path): folder / path for path in listing.files}
    if missing := [name for name in images if name not in found]:
        more = f" (nor those of {len(missing) - 1:,} more)" if len(missing) > 1 else ""
        expected = folder / f"{missing[0]}{selection.suffix}.png"
        raise InputError(f"{images[missing[0]]} has no mask: {expected} is not there{more}")
    return ImageFolder(folder, {name: found[name] for name in images}, listing.left_out)


class _Listing:
    """The files of a folder, of which one rule after another leaves out some.

    Attributes:
        files: paths in the folder that no rule has left out, in order.
    """

    def __init__(self, folder: Path, selection: FileSelection) -> None:
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder of images")
        self.folder, self.selection = folder, selection
        self.files = sorted(_walk(folder))
        self._reasons: dict[str, list[PurePosixPath]] = {}
        self._label_maps: dict[PurePosixPath, bool] = {}
        self.leave_out(lambda path: "hidden" if any(part.startswith(".") for part in path.parts) else None)
        if not selection.recursive:
            self.leave_out(lambda path: "in a sub-folder, which --recursive reads" if len(path.parts) > 1 else None)
        self.leave_out(lambda path: None if _is_readable_kind(folder / path) else "of a special kind")

    @property
    def left_out(self) -> tuple[FileCount, ...]:
        return tuple(FileCount(reason, len(paths), str(paths[0])) for reason, paths in self._reasons.items())

    def leave_out(self, reason_of: Callable[[PurePosixPath], str | None]) -> None:
        """Leave out the files for which there is a reason."""
        kept = []
        for path in self.files:
            if (reason := reason_of(path)) is None:
                kept.append(path)
            else:
                self._reasons.setdefault(reason, []).append(path)
        self.files = kept

    def select(self) -> None:
        """Leave out what the user's selection leaves out."""
        match, suffix = self.selection.match, self.selection.suffix
        if match is not None:
            self.leave_out(lambda path: None if path.match(match) else f"not matched by {match}")
        if suffix:
            self.leave_out(lambda path: None if path.stem.endswith(suffix) else f"whose names do not end in {suffix}")

    def name_of(self, path: PurePosixPath) -> str:
        """A picture's name: its path without ending and suffix."""
        return str(path.with_name(path.stem.removesuffix(self.selection.suffix) or path.stem))

    def leave_out_label_maps(self) -> None:
        """Leave out the label maps of pictures that are here."""
        by_stem: dict[PurePosixPath, list[PurePosixPath]] = {}
        for path in self.files:
            by_stem.setdefault(path.with_suffix(""), []).append(path)

        def reason(path: PurePosixPath) -> str | None:
            stems = (path.with_suffix(""), *(path.with_name(start) for start in _starts(path.stem)))
            others = [other for stem in stems for other in by_stem.get(stem, ()) if other != path]
            if others and self._is_label_map(path) and not all(map(self._is_label_map, others)):
                return "as label maps of others"
            return None

        self.leave_out(reason)

    def keep_label_maps_of_doubles(self) -> None:
        """Of files of one name leave out those that are no label map, where one of them is."""
        pictures = set()
        for paths in self._doubles():
            maps = {path for path in paths if self._is_label_map(path)}
            pictures |= set(paths) - maps if maps else set()
        self.leave_out(lambda path: "as no label map" if path in pictures else None)

    def refuse_doubles(self) -> None:
        """Refuse two files of one name.

        Raises:
            InputError: naming both.
        """
        if doubles := self._doubles():
            first, second, *_ = doubles[0]
            more = f", and so for {len(doubles) - 1:,} other names" if len(doubles) > 1 else ""
            raise InputError(
                f"{self.folder}: {first} and {second} have one name{more}; remove one of them, or choose by --match"
            )

    def named(self, hint: str, what: str) -> dict[str, Path]:
        """The files that are left by their names.

        Raises:
            InputError: if none is left.
        """
        if not self.files:
            seen = f"left out: {', '.join(map(str, self.left_out))}; " if self.left_out else ""
            raise InputError(f"{self.folder}: holds no {what}; {seen}{hint}")
        return {self.name_of(path): self.folder / path for path in self.files}

    def _is_label_map(self, path: PurePosixPath) -> bool:
        if path not in self._label_maps:
            self._label_maps[path] = is_label_map(self.folder / path)
        return self._label_maps[path]

    def _doubles(self) -> list[list[PurePosixPath]]:
        by_name = groupby(sorted(self.files, key=lambda path: (self.name_of(path), path)), key=self.name_of)
        groups = [list(paths) for _, paths in by_name]
        return [paths for paths in groups if len(paths) > 1]


def _walk(folder: Path) -> Iterator[PurePosixPath]:
    """The paths of all files below a folder; a folder that links lead to again is entered once."""
    entered = set()
    for place, inner, names in os.walk(folder, followlinks=True, onerror=_cannot_list):
        facts = Path(place).stat()
        if (facts.st_dev, facts.st_ino) in entered:
            inner.clear()
            continue
        entered.add((facts.st_dev, facts.st_ino))
        inner.sort()
        here = PurePosixPath(Path(place).relative_to(folder).as_posix())
        yield from (here / name for name in names)


def _cannot_list(error: OSError) -> None:
    raise InputError(f"{error.filename}: cannot be listed: {error.strerror}") from error


def _is_readable_kind(path: Path) -> bool:
    """Whether reading a path gives an answer at once: a file, or a link that leads nowhere, but no pipe or device."""
    return path.is_file() or not path.exists()


def _starts(stem: str) -> Iterator[str]:
    """What a name begins with, up to each of its separators."""
    yield from (stem[: found.start()] for found in re.finditer(r"[-_. ]", stem) if found.start())


def _refuse_kinds(folder: Path, files: Iterable[PurePosixPath], role: Role) -> None:
    """Refuse a results folder of other programs in which outputs lie beside inputs and real images."""
    examples: dict[str, PurePosixPath] = {}
    for path in files:
        for name in (path.stem, *path.parts[:-1]):
            if (kind := _KIND.search(name)) is not None:
                examples.setdefault(kind[1], path)
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
