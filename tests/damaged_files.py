"""Damages files as disks and interrupted copies do: cut short, a bit flipped, emptied."""

from collections.abc import Callable
from pathlib import Path
from typing import Final


def cut(path: Path) -> None:
    """Leave the first half."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def flip(path: Path) -> None:
    """Flip one bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    """Leave nothing."""
    path.write_bytes(b"")


DAMAGES: Final[tuple[Callable[[Path], None], ...]] = (cut, flip, empty)
