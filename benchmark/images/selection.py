"""Which files of a folder of pictures are meant, where several kinds of pictures lie in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal, get_args

from registry.errors import InputError

Role = Literal["images", "reference", "masks"]
"""What a folder is to a score: the outputs, the real images, the label maps that the outputs were to show."""
ROLES: Final[tuple[Role, ...]] = get_args(Role)


@dataclass(frozen=True)
class FileSelection:
    """Which files of a folder are meant.

    Attributes:
        recursive: those of its sub-folders too.
        match: a glob that the end of their path matches.
        suffix: how their names end before the ending; a picture's name is what stands before it.
    """

    recursive: bool = False
    match: str | None = None
    suffix: str = ""

    @property
    def chooses(self) -> bool:
        """Whether it leaves out any file by its name."""
        return self.match is not None or bool(self.suffix)


ALL_FILES: Final = FileSelection()


def parse_selections(match: Iterable[str], suffix: Iterable[str], *, recursive: bool) -> dict[Role, FileSelection]:
    """Selections from what follows `--match` and `--suffix`: `GLOB` of the images, `masks=GLOB` of another folder.

    Raises:
        InputError: if one is empty, or a folder has two.
    """
    return selections(_by_role("match", match), _by_role("suffix", suffix), recursive=recursive)


def selections(
    match: str | Mapping[Role, str] | None, suffix: str | Mapping[Role, str] | None, *, recursive: bool
) -> dict[Role, FileSelection]:
    """The selection of each folder.

    Args:
        match: a glob for the images, or globs by folder.
        suffix: what names of the images end in, or what they do by folder.
        recursive: whether sub-folders are read, of all folders.

    Raises:
        InputError: if a glob or a suffix is empty, a glob is of no file, or one is of no folder that there is.
    """
    globs, endings = ({"images": value} if isinstance(value, str) else value or {} for value in (match, suffix))
    for what, values in (("match", globs), ("suffix", endings)):
        for role, value in values.items():
            if role not in ROLES:
                raise InputError(f"{what} is of {', '.join(ROLES)}, not of {role!r}")
            if not value:
                raise InputError(f"{what} of {role} is empty; write what their files' names have, such as _fake_B")
            if what == "match" and not PurePosixPath(value).parts:
                raise InputError(
                    f"match of {role} is {value!r}, which names no file; write a glob such as '*_fake_B.png'"
                )
    return {role: FileSelection(recursive, globs.get(role), endings.get(role, "")) for role in ROLES}


def _by_role(option: str, words: Iterable[str]) -> dict[Role, str]:
    found: dict[Role, str] = {}
    for word in words:
        before, sign, value = word.partition("=")
        role = next((role for role in ROLES if sign and role == before), None)
        role, value = ("images", word) if role is None else (role, value)
        if role in found:
            raise InputError(f"--{option} is given twice for {role}: {found[role]!r} and {value!r}")
        found[role] = value
    return found
