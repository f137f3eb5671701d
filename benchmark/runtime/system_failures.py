"""Failures of the system, such as a full disk or memory that runs out, as a sentence with the next step."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from registry.system_errors import FULL, TORCH

GO_ON: Final = "run the same command again, which goes on from what is finished"
_ELSEWHERE: Final = "another folder can be given by --runs, --out or $BENCH_CACHE"
_NEXT_STEPS: Final[Mapping[int, str]] = {
    errno.EACCES: f"change who may read and write it; {_ELSEWHERE}",
    errno.EPERM: f"change who may read and write it; {_ELSEWHERE}",
    errno.EROFS: _ELSEWHERE,
    errno.EMFILE: f"raise the limit, such as by `ulimit -n 4096`, and {GO_ON}",
    errno.ENFILE: f"end other programs, and {GO_ON}",
    errno.EIO: f"the disk or its connection failed; when that is mended, {GO_ON}",
    errno.ESTALE: f"the file server has lost it; {GO_ON}",
    errno.ENAMETOOLONG: _ELSEWHERE,
}
_LESS_MEMORY: Final = (
    "take less at once, such as by --set options.batch_size=4 for training or --set edit_batch_size=4 for editing, "
    f"or end other programs, and {GO_ON}"
)
_TORCH: Final[Mapping[str, str]] = {
    "memory": f"the memory is used up: {{line}}; {_LESS_MEMORY}",
    "loader": (
        f"a process that loads faces ended: {{line}}; with --set compute.num_workers=0 there are none; then {GO_ON}"
    ),
    "gpu": f"the GPU failed: {{line}}; {GO_ON}, on it or with --device cpu",
    "processes": (
        f"another process of this experiment ended, which says above or below why ({{line}}); when that is mended, "
        f"{GO_ON}"
    ),
}
"""Sentences by what failed in torch."""


class DiskFullError(OSError):
    """There was no room for a file; what lay under its name before still does.

    Attributes:
        needed: bytes that the file takes; None where unknown.
    """

    needed: int | None = None


@contextmanager
def writing(path: Path, needed: int | None = None) -> Iterator[None]:
    """Name the file that is written within the block in what the system says of it.

    Args:
        path: of the file, or where it will lie.
        needed: bytes that it takes, where known.

    Raises:
        DiskFullError: if the disk was full, whatever a library made of that.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        full = next((cause for cause in _causes(error) if isinstance(cause, OSError) and cause.errno in FULL), None)
        if full is None:
            if isinstance(error, OSError) and error.errno is not None and error.filename is None:
                error.filename = str(path)
            raise
        named = DiskFullError(full.errno, full.strerror, str(path))
        named.needed = needed
        raise named from error


def sentence_of(error: BaseException) -> str | None:
    """What the system failed in, and what to do; None of an error that is none of the system's."""
    if isinstance(error, MemoryError):
        return f"the memory is used up{f': {error}' if str(error) else ''}; {_LESS_MEMORY}"
    if isinstance(error, OSError):
        return _sentence_of_os_error(error)
    if isinstance(error, UnicodeEncodeError):
        return f"text cannot be written in the encoding {error.encoding}; set PYTHONUTF8=1, and {GO_ON}"
    if isinstance(error, RuntimeError):
        line = str(error).strip().partition("\n")[0]
        found = (words.format(line=line) for kind, words in _TORCH.items() if TORCH[kind].search(line))
        return next(found, None)
    return None


def _sentence_of_os_error(error: OSError) -> str:
    if error.errno is None:  # raised by this program with a sentence of its own
        return str(error)
    named = " and ".join(str(name) for name in (error.filename, error.filename2) if name is not None)
    where = f"{named}: " if named else ""
    if error.errno in FULL:
        return f"{where}{_room(error)}; make room or choose another disk, and {GO_ON}"
    if error.errno == errno.ENOMEM:
        return f"{where}the memory is used up; {_LESS_MEMORY}"
    step = _NEXT_STEPS.get(error.errno)
    return f"{where}{error.strerror or error}" + (f"; {step}" if step else "")


def _room(error: OSError) -> str:
    """What room there is, and what is needed, as far as it is known."""
    parts = {
        errno.ENOSPC: ["the disk is full"],
        errno.EDQUOT: ["your share of the disk is full"],
        errno.EFBIG: ["the file is larger than this disk or `ulimit -f` allows"],
    }[error.errno or errno.ENOSPC]
    needed = error.needed if isinstance(error, DiskFullError) else None
    if needed is not None:
        parts.append(f"it takes {_megabytes(needed)}")
    if error.filename is not None and error.errno == errno.ENOSPC:
        with suppress(OSError):
            parts.append(f"{_megabytes(shutil.disk_usage(Path(error.filename).parent).free)} are free")
    return parts[0] + (f" ({', '.join(parts[1:])})" if parts[1:] else "")


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what it was raised from or after."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
