"""Records of finished runs at a storage address: the SHA-256 of each of their files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError, field_validator

from benchmark.caching.file_record import record_files
from benchmark.caching.fingerprints import STAMPS
from benchmark.results.run_folder import RESULT
from registry.errors import InputError

SCHEMA_VERSION: Literal[1] = 1
RECORD: Final = "stored.json"
"""The record, in a run's folder at the address; a copy of it here is no file of the run."""
DECIDING: Final = (RESULT, STAMPS)
"""The files that tell one finished run from another: its result, and the hashes of what it was made of."""
_LONGEST: Final = 255
"""Bytes that file systems bear in a name."""


def _inside(name: str) -> str:
    parts = PurePosixPath(name).parts
    if name == RECORD or any(len(part.encode()) > _LONGEST for part in parts):
        raise ValueError(f"{name!r} is no name of a run's file")
    if name != "/".join(parts) or "\\" in name or any(part.startswith((".", "/")) for part in parts):
        raise ValueError(f"{name!r} is no path of a file in its folder")
    return name


Name = Annotated[str, StringConstraints(max_length=1024, pattern=r"^[^\x00-\x1f\x7f]+$"), AfterValidator(_inside)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class StoredFiles(BaseModel):
    """The files of a finished run.

    Attributes:
        files: the SHA-256 of each, by its path in the run's folder.
    """

    model_config = ConfigDict(extra="forbid")
    schema_version: Literal[1] = SCHEMA_VERSION
    files: dict[Name, Sha256]

    @field_validator("files")
    @classmethod
    def _of_a_finished_run(cls, files: dict[str, str]) -> dict[str, str]:
        if not files.keys() >= set(DECIDING):
            raise ValueError("are not those of a finished run")
        if any(parent.as_posix() in files for file in files for parent in PurePosixPath(file).parents):
            raise ValueError("has a file in a file")
        return files

    @property
    def deciding(self) -> dict[str, str]:
        """Those of `DECIDING`."""
        return {name: self.files[name] for name in DECIDING}

    def as_bytes(self) -> bytes:
        """The record as it is stored, the same of the same files."""
        return self.model_dump_json(indent=2).encode()


class NotStoredError(InputError):
    """A run that stays as it is here, and as it is at the address."""


def stored_files(run: Path) -> StoredFiles:
    """The record of a run as it is.

    Raises:
        NotStoredError: if it has no result, or a file with a name that no storage takes.
    """
    try:
        return StoredFiles(files=record_files(run, (path for path in visible_files(run) if path != run / RECORD)))
    except ValidationError as error:
        raise NotStoredError(f"{run} cannot be stored: {error.errors()[0]['msg']}") from error


def visible_files(folder: Path) -> Iterator[Path]:
    """The files below a folder, sorted, but for hidden and temporary ones, and links."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and not path.is_symlink():
            yield path
