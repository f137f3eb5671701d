"""Memory as Linux tells it in its files of facts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")


def resident() -> int | None:
    """Bytes of this process in memory: its own, and those mapped from files; None where the system does not say it."""
    return bytes_in(_STATUS, "VmRSS:")


def bytes_in(path: Path, key: str) -> int | None:
    """Bytes in the line that begins with a key, in a file whose lines have kilobytes; None where there is none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(key)), None)
