"""Lists the files of a folder of pictures, and leaves out one after another for reasons that are kept."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from benchmark.images.label_maps import is_label_map
from benchmark.images.selection import FileSelection
from registry.errors import InputError


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


class Listing:
    """The files of a folder, of which one rule after another leaves out some.

    Args:
        folder: whose files they are, those of its sub-folders too.
        selection: which of them are meant.

    Attributes:
        files: paths in the folder that no rule has left out, in order.

    Raises:
        InputError: if there is no such folder, or one that is to be read cannot be listed.
    """

    def __init__(self, folder: Path, selection: FileSelection) -> None:
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder of images")
        self.folder, self.selection = folder, selection
        self.files = sorted(_walk(folder, whole=selection.recursive))
        self._reasons: dict[str, list[PurePosixPath]] = {}
        self._label_maps: dict[PurePosixPath, bool] = {}
        self.leave_out(lambda path: "hidden" if any(part.startswith(".") for part in path.parts) else None)
        if not selection.recursive:
            self.leave_out(lambda path: "in a sub-folder, which --recursive reads" if len(path.parts) > 1 else None)
        self.leave_out(lambda path: None if _is_readable_kind(folder / path) else "of a special kind")

    @property
    def left_out(self) -> tuple[FileCount, ...]:
        """The files that rules have left out, by reason."""
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

    def named(self) -> dict[str, Path]:
        """The files that are left, by their names; there must be no doubles."""
        return {self.name_of(path): self.folder / path for path in self.files}

    def _is_label_map(self, path: PurePosixPath) -> bool:
        if path not in self._label_maps:
            self._label_maps[path] = is_label_map(self.folder / path)
        return self._label_maps[path]

    def _doubles(self) -> list[list[PurePosixPath]]:
        by_name = groupby(sorted(self.files, key=lambda path: (self.name_of(path), path)), key=self.name_of)
        groups = [list(paths) for _, paths in by_name]
        return [paths for paths in groups if len(paths) > 1]


def _walk(folder: Path, *, whole: bool) -> Iterator[PurePosixPath]:
    """The paths of all files below a folder; a folder that links lead to again is entered once.

    Sub-folders that cannot be listed are refused where the `whole` folder is to be read.
    """

    def refuse(error: OSError) -> None:
        if whole or error.filename == str(folder):
            raise InputError(f"{error.filename}: cannot be listed: {error.strerror}") from error

    entered = set()
    for place, inner, names in os.walk(folder, followlinks=True, onerror=refuse):
        facts = Path(place).stat()
        if (facts.st_dev, facts.st_ino) in entered:
            inner.clear()
            continue
        entered.add((facts.st_dev, facts.st_ino))
        inner.sort()
        here = PurePosixPath(Path(place).relative_to(folder).as_posix())
        yield from (here / name for name in names)


def _is_readable_kind(path: Path) -> bool:
    """Whether reading a path gives an answer at once: a file, or a link that leads nowhere, but no pipe or device."""
    return path.is_file() or not path.exists()


def _starts(stem: str) -> Iterator[str]:
    """What a name begins with, up to each of its separators."""
    yield from (stem[: found.start()] for found in re.finditer(r"[-_. ]", stem) if found.start())
