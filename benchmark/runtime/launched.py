"""What a launcher such as `torchrun` says of the processes that it started, in their environment."""

from __future__ import annotations

import os


def launched_together() -> bool:
    """Whether this process was started among several."""
    return _number("WORLD_SIZE", 1) > 1


def launched_rank() -> int:
    """The rank of this process among all; 0 without a launcher."""
    return _number("RANK", 0) if launched_together() else 0


def local_rank() -> int:
    """The rank of this process among those on this machine."""
    return _number("LOCAL_RANK", 0) if launched_together() else 0


def _number(variable: str, default: int) -> int:
    value = os.environ.get(variable, "")
    return int(value) if value.isdecimal() else default
