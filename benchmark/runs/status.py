"""What the runs under a folder are doing: finished, at work in some process, or stopped, and how far they are."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final, Literal

from filelock import FileLock, Timeout

from benchmark.caching.fingerprints import STAMPS
from benchmark.results.run_folder import LOG, PROGRESS, RESULT
from benchmark.runs.lock import lock_path
from benchmark.runs.progress_log import last_lines, last_steps
from registry.errors import InputError

State = Literal["finished", "working", "stopped"]
_OF_RUNNING: Final = frozenset({LOG, PROGRESS})
"""One of these lies in the folder of a run that is not finished, beside its stamps."""
RECENT: Final = 20
"""Progress lines whose speed is taken for the present one."""


@dataclass(frozen=True)
class RunStatus:
    """A run as its folder shows it.

    Attributes:
        run: its folder.
        state: "working" where some process has the run's lock; else "finished" where it has a result, or "stopped".
        doing: what it did last, in words.
        seconds_left: of the training stage that it is in, at the speed of its last steps; None where it trains none.
        idle_seconds: since it last wrote anything.
        images_per_second: that it trains on, of late; None where it trains none, or an older version does.
    """

    run: Path
    state: State
    doing: str
    seconds_left: float | None
    idle_seconds: float
    images_per_second: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "run": str(self.run),
            "state": self.state,
            "doing": self.doing,
            "seconds_left": self.seconds_left,
            "idle_seconds": self.idle_seconds,
            "images_per_second": self.images_per_second,
        }


def statuses(folder: Path) -> list[RunStatus]:
    """The status of every run under a folder, by path.

    Args:
        folder: searched to the bottom; may be a run folder itself.

    Raises:
        InputError: if it is no folder, or no run lies there.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder")
    found = [_status(run) for run in sorted(_runs(folder))]
    if not found:
        raise InputError(f"{folder} has no run: no folder under it has a {RESULT} or a {LOG}")
    return found


def _runs(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        if RESULT in names or (STAMPS in names and not _OF_RUNNING.isdisjoint(names)):
            folders.clear()  # thousands of edits lie there, and no run
            yield Path(place)


def _status(run: Path) -> RunStatus:
    written = max(path.stat().st_mtime for name in (RESULT, STAMPS, *_OF_RUNNING) if (path := run / name).is_file())
    idle = max(0.0, time.time() - written)
    if _is_worked_on(run):
        state: State = "working"
    elif (run / RESULT).is_file():
        return RunStatus(run, "finished", "", None, idle)
    else:
        state = "stopped"
    training = _training(run)
    if training is not None:
        doing, left, speed = training
        return RunStatus(run, state, doing, left, idle, speed)
    said = last_lines(run / LOG, 1)
    return RunStatus(run, state, said[0] if said else "", None, idle)


def _is_worked_on(run: Path) -> bool:
    """Whether a process has the run's lock; asked by taking it for a moment, which another process waits out."""
    path = lock_path(run)
    if not path.is_file():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:  # not ours to write
        return False
    lock.release()
    return False


def _training(run: Path) -> tuple[str, float | None, float | None] | None:
    """The unfinished stage that a run trains, the seconds left of it, and images per second; None where it has none."""
    steps = last_steps(run, RECENT)
    if not steps or steps[-1].iteration >= steps[-1].of:
        return None
    last = steps[-1]
    steps = [step for step in steps if step.stage == last.stage]
    first = steps[0]
    iterations, seconds = last.iteration - first.iteration, last.seconds - first.seconds
    left = (last.of - last.iteration) * seconds / iterations if iterations > 0 and seconds > 0 else None
    speeds = [step.images_per_second for step in steps if step.images_per_second is not None]
    speed = round(fmean(speeds), 2) if speeds else None
    return f"training {last.stage}: {last.iteration} of {last.of}", left, speed
