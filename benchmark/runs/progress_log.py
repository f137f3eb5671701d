"""The end of a run's logs: the last lines that say something, and the last steps of its training."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmark.results.run_folder import PROGRESS

TAIL_BYTES = 16_384


@dataclass(frozen=True)
class Step:
    """A line of `progress.jsonl`: the stage, how many of its iterations are done, and after how many seconds.

    Lines of older versions have no images per second.
    """

    stage: str
    iteration: int
    of: int
    seconds: float
    images_per_second: float | None = None


def last_lines(path: Path, number: int) -> list[str]:
    """The last lines of a text file that say something; none where there is no file."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return [line.rstrip() for line in text.splitlines() if line.strip()][-number:]


def last_steps(run: Path, number: int) -> list[Step]:
    """The last steps that a run's training noted, as many of that number of lines as are whole."""
    return list(_steps(last_lines(run / PROGRESS, number)))


def _steps(lines: list[str]) -> Iterator[Step]:
    for line in lines:
        try:
            step = json.loads(line)
            numbers = int(step["iteration"]), int(step["of"]), float(step["seconds"])
            speed = step.get("images_per_second")
            yield Step(str(step["stage"]), *numbers, None if speed is None else float(speed))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):  # cut short, or being written
            continue
