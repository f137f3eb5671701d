"""Files as they lie in folders, told from pipes and devices, on which reading may wait forever."""

from __future__ import annotations

import errno
from pathlib import Path


def read_regular(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: if it cannot be read, or is none, as `check_regular`.
    """
    check_regular(path)
    return path.read_bytes()


def check_regular(path: Path) -> None:
    """Refuse what is there and is neither a file nor a folder.

    Raises:
        OSError: if so, of which readers make their sentence as of any other.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "is a pipe or a device, not a file", str(path))
