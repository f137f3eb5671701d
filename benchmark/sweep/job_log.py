"""What a job said last, for whoever must know why it failed or how far it is."""

from __future__ import annotations

import json
from pathlib import Path

from benchmark.results.run_folder import PROGRESS

TAIL_BYTES = 4096


def last_lines(path: Path, number: int) -> list[str]:
    """The last lines of a text file that say something; none where there is no file."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return [line.rstrip() for line in text.splitlines() if line.strip()][-number:]


def failure(log: Path, exit_code: int) -> str:
    """Why a job failed, in a line: what it said last, or the signal that ended it."""
    if exit_code < 0:
        return f"ended by signal {-exit_code}"
    said = last_lines(log, 1)
    return said[0].removeprefix("bench: ") if said else f"exit code {exit_code}"


def training_progress(run: Path) -> str:
    """How far the training of a run is, as its `progress.jsonl` says; empty before it begins."""
    for line in last_lines(run / PROGRESS, 1):
        try:
            step = json.loads(line)
            return f"{step['stage']} {step['iteration']} of {step['of']}"
        except (ValueError, KeyError, TypeError, RecursionError):  # a line that is just being written
            return ""
    return ""
