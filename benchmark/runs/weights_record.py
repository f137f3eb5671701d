"""The record of a run's finished checkpoints, by which one that was put in another's place is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmark.caching.file_record import FILES, changed_files, record_files
from benchmark.caching.fingerprints import StageState
from benchmark.runtime.checked_files import is_damaged
from registry.errors import InputError

WEIGHTS: Final = "weights"
"""Stage of the run's state that has the record."""


def record_weights(run: Path, state: StageState, checkpoints: Sequence[Path]) -> None:
    """Note the SHA-256 of every finished checkpoint."""
    stamp = {FILES: record_files(run, checkpoints)}
    if state.get(WEIGHTS) != stamp:
        state.put(WEIGHTS, stamp)


def check_weights(run: Path, state: StageState) -> None:
    """Compare checkpoints with the record, which forgets those that are missing or damaged: they are made anew.

    Raises:
        InputError: if one is whole and not the one that was trained.
    """
    stamp = state.get(WEIGHTS) or {FILES: {}}
    changed = changed_files(run, stamp[FILES])
    replaced = [path for path in changed if path.exists() and not is_damaged(path)]
    if replaced:
        raise InputError(
            f"{run}: {len(replaced)} of {len(stamp[FILES])} checkpoints are not those that were trained, the first "
            f"{replaced[0]}; delete them, and the same command trains those stages again"
        )
    if changed:
        kept = {name: sha256 for name, sha256 in stamp[FILES].items() if run / name not in changed}
        state.put(WEIGHTS, {FILES: kept})
