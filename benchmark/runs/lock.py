"""One process at a time works on a run: a job that outlived a killed sweep, and the same job started anew, say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from benchmark.results.run_folder import LOG
from benchmark.runtime.cache_folder import writable
from benchmark.runtime.progress import Reporter


@contextmanager
def working_on(folder: Path, reporter: Reporter) -> Iterator[None]:
    """Hold a run folder's lock, which ends with the process, and log to it; waits for another process to finish.

    Args:
        folder: of the run; created where absent.
        reporter: says that this process waits, and logs what happens after.

    Raises:
        InputError: if the folder cannot be written.
    """
    writable(folder, "run folder")
    lock = FileLock(lock_path(folder))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        reporter.say(f"waiting for another process that works on {folder}")
        lock.acquire()
    try:
        with reporter.logging_to(folder / LOG):
            yield
    finally:
        lock.release()


def lock_path(folder: Path) -> Path:
    """The lock of a run folder: beside the folder, which a fresh run removes."""
    return folder.with_name(f".{folder.name}.lock")
