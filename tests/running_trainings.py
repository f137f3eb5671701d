"""How far a training that another process runs has come."""

import json
import time
from collections.abc import Callable
from pathlib import Path


def iterations(run: Path) -> list[int]:
    """Those that a run's training has logged, none before its first."""
    log = run / "progress.jsonl"
    return [json.loads(line)["iteration"] for line in log.read_text().splitlines()] if log.exists() else []


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something that happens elsewhere; an error where it does not within minutes."""
    deadline = time.monotonic() + 480
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
