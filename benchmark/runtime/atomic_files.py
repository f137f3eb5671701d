"""Atomic files: a reader sees the old content or the new, never half of it, and what a killed writer left goes away."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final

from benchmark.runtime.system_failures import writing

TEMPORARY_SUFFIX: Final = ".partial"
"""Ends the name of every temporary file, so that no pattern of finished files, such as `*.pth`, takes one in."""
ABANDONED_SECONDS: Final = 24 * 60 * 60
"""Age at which a temporary file counts as left behind where its writer's process cannot be looked for from here."""

_NAME: Final = re.compile(rf"\..+\.(?P<host>[\w-]+)-(?P<process>\d+)-[0-9a-f]{{8}}{re.escape(TEMPORARY_SUFFIX)}")


@contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """Give a temporary path beside `path` that takes its place when the block ends without error.

    The first time that a process writes into a folder, it removes the temporary files that killed writers left there:
    those of this machine's processes that are gone, and any that is a day old.

    `durable` also waits for the disk, so that the new content outlives a power cut.
    """
    temporary = _temporary_beside(path)
    try:
        temporary.touch(exist_ok=False)  # within: a Ctrl-C may come when the file is there
        with writing(path):
            yield temporary
            if durable:
                with temporary.open("rb") as written:
                    os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder beside `path` that takes its place, and that of what lies there, when the block ends.

    Where the block fails, nothing is left of the folder, and what lay at `path` still does.
    """
    temporary = _temporary_beside(path)
    try:
        temporary.mkdir()
        with writing(path):
            yield temporary
            with _moved_away(path):
                temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def _moved_away(path: Path) -> Iterator[None]:
    """Give the name of a folder free within the block, which removes it, or puts it back where it fails."""
    if not path.exists():
        yield
        return
    away = _temporary_beside(path)
    path.replace(away)
    try:
        yield
    except BaseException:
        away.replace(path)
        raise
    shutil.rmtree(away)


def _temporary_beside(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent.absolute())
    return path.parent / f".{path.name}.{_host()}-{os.getpid()}-{secrets.token_hex(4)}{TEMPORARY_SUFFIX}"


def write_text_atomically(path: Path, text: str) -> None:
    """Write UTF-8 text."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_given(path: str | Path | None) -> str | None:
    """SHA-256 of a large file that a command names, read once by a process while its size and time stay the same.

    None where none is named, or there is no such file.
    """
    if path is None or not Path(path).is_file():
        return None
    facts = Path(path).stat()
    return _sha256_while(Path(path).absolute(), facts.st_ino, facts.st_size, facts.st_mtime_ns)


@cache
def _sha256_while(path: Path, *_: int) -> str:
    return sha256_of(path)


@cache
def _sweep(folder: Path) -> None:
    """Remove what killed writers left in a folder, where they are surely gone, once in the life of this process."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(TEMPORARY_SUFFIX) and _is_abandoned(entry):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    Path(entry.path).unlink(missing_ok=True)


def _is_abandoned(entry: os.DirEntry[str]) -> bool:
    found = _NAME.fullmatch(entry.name)
    if found is None:
        return False
    if found["host"] == _host() and not _is_running(int(found["process"])):
        return True
    return time.time() - entry.stat().st_mtime > ABANDONED_SECONDS


def _is_running(process: int) -> bool:
    """Whether a process may be there, which only POSIX systems tell: elsewhere signal 0 would be a real one."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another user's process, or no number of one
        return True
    return True


@cache
def _host() -> str:
    """This machine's name, with the number of the container's own processes where they are counted apart."""
    name = re.sub(r"\W", "_", socket.gethostname(), flags=re.ASCII)
    with suppress(OSError):
        return name + re.sub(r"\D", "", str(Path("/proc/self/ns/pid").readlink()))
    return name
