"""Where files go: the cache of packed faces, judges and features, and the folder of runs."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from benchmark.runtime.home_folder import expanded
from registry.errors import InputError

_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
"""How a URL begins, once it was taken for a path."""


def cache_folder() -> Path:
    """`$BENCH_CACHE`, or the user's cache folder."""
    return expanded(os.environ.get("BENCH_CACHE") or user_cache_path("face-editing-benchmark"))


def writable(folder: Path, what: str) -> Path:
    """Create a folder and make sure that files can be written there, before hours of work depend on it.

    Raises:
        InputError: naming the folder and the reason; of an address such as `s3://runs` too.
    """
    if _ADDRESS.match(str(folder)):
        raise InputError(
            f"{what} {folder} is an address, and no folder; runs are locked, renamed and appended to, which needs a "
            "file system: mount one that all machines share (sweeps keep finished runs at an address by --storage)"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(f"{what} {folder} cannot be written: {error.strerror or error}") from error
    except ValueError as error:  # no folder has such a name, as one with a null byte
        raise InputError(f"{what} {str(folder)!r} cannot be written: {error}") from error
    return folder
