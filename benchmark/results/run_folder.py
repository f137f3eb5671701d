"""Where a run keeps its edits: one PNG a task, for the stages, the reports and any outside tool."""

from __future__ import annotations

from pathlib import Path


def edits_folder(run: Path, protocol: str) -> Path:
    """The folder of a run's edits under a protocol."""
    return run / "edits" / protocol


def edit_path(folder: Path, task: int) -> Path:
    """The PNG of a task."""
    return folder / f"{task:05d}.png"
