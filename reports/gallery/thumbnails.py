"""Thumbnails of edits: each written once, and again only where its edit changed."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

from benchmark.results.find_results import FinishedRun
from benchmark.results.run_folder import edit_path
from benchmark.runtime.atomic_files import replacing
from reports.rendering.chunks import chunks
from reports.rendering.pictures import compact_jpeg

_AT_ONCE: Final = 256
"""Pictures after which progress is told, and which are finished where Ctrl-C stops the rest."""
_READABLE: Final = 120
_SHORT_HASH: Final = 12


def folder_name(run: FinishedRun, protocol: str, edits: Path) -> str:
    """What the folder of thumbnails of a run's edits is called: readable, and of this folder of edits alone."""
    result = run.result
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{result.dataset}-{protocol}-{result.label}-{result.seed}").strip("-")
    return f"{words[:_READABLE]}-{hashlib.sha256(os.fsencode(edits.resolve())).hexdigest()[:_SHORT_HASH]}"


def write_thumbnails(edits: Path, tasks: Sequence[int], out: Path, advance: Callable[[int], None]) -> list[bool]:
    """Write a JPEG of each edit that has none yet, or whose edit was written since; each appears whole or not at all.

    A thumbnail has the time of its edit, by which it is known to be of it.

    Args:
        edits: a run's folder of edits under a protocol.
        tasks: their numbers.
        out: folder to write to, created where it is missing.
        advance: is told how many tasks more are done.

    Returns:
        Of each task whether it has a thumbnail: not where there is no edit, or none that can be read.
    """
    found: list[bool] = []
    with ThreadPoolExecutor() as pool:
        for part in chunks(tasks, _AT_ONCE):
            found += pool.map(partial(_write, edits, out), part)
            advance(len(part))
    return found


def _write(edits: Path, out: Path, task: int) -> bool:
    edit = edit_path(edits, task)
    thumbnail = thumbnail_path(out, task)
    try:
        written = edit.stat().st_mtime_ns
    except OSError:
        return False
    try:
        if thumbnail.stat().st_mtime_ns == written:
            return True
    except OSError:
        pass  # there is none yet
    content = compact_jpeg(edit)
    if content is None:
        return False
    with replacing(thumbnail, durable=False) as temporary:
        temporary.write_bytes(content)
        os.utime(temporary, ns=(written, written))
    return True


def thumbnail_path(folder: Path, task: int) -> Path:
    """The thumbnail of a task."""
    return folder / f"{task:05d}.jpg"
