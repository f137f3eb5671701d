"""Records of what lies at a storage address: the SHA-256 of each file of a run, or of the pages beside runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from benchmark.caching.file_record import record_files
from registry.errors import InputError

SCHEMA_VERSION: Literal[1] = 1
RECORDS: Final = "stored"
"""At the address and in the folder of runs: the records of runs, by their paths; that of pages is `stored.json`."""
_LOCK: Final = ".lock"


def inside(name: str) -> str:
    """A path below a folder, with `/` between its parts.

    Raises:
        ValueError: if it leads out of the folder, or a part is hidden.
    """
    parts = PurePosixPath(name).parts
    if name != "/".join(parts) or "\\" in name or not parts or any(part.startswith((".", "/")) for part in parts):
        raise ValueError(f"{name!r} is no path of a file in its folder")
    return name


Name = Annotated[str, StringConstraints(max_length=1024, pattern=r"^[^\x00-\x1f\x7f]+$"), AfterValidator(inside)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class StoredFiles(BaseModel):
    """The files of a folder.

    Attributes:
        files: the SHA-256 of each, by its path in the folder.
    """

    model_config = ConfigDict(extra="forbid")
    schema_version: Literal[1] = SCHEMA_VERSION
    files: dict[Name, Sha256]


def stored_files(folder: Path, paths: Iterable[Path]) -> StoredFiles:
    """The record of files as they are.

    Raises:
        InputError: if one has a name that no storage takes.
    """
    try:
        return StoredFiles(files=record_files(folder, paths))
    except ValidationError as error:
        raise InputError(f"{folder} has a file that cannot be stored: {error.errors()[0]['msg']}") from error


def files_to_store(folder: Path) -> Iterator[Path]:
    """The files below a folder but for hidden and temporary ones, locks, and records of what is stored."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts) or path.suffix == _LOCK
        if not hidden and parts[0] not in (RECORDS, f"{RECORDS}.json") and path.is_file():
            yield path
