"""The files of a protocol's edits, compared with the record that was made of them when they were written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from benchmark.caching.file_record import changed_files
from benchmark.images.integrity import damage
from benchmark.results.run_folder import COST, TASK_TABLE, edit_path, edits_folder
from registry.errors import InputError


def edited_files(run: Path, protocol: str, tasks: pd.DataFrame) -> list[Path]:
    """All that editing a protocol leaves: a PNG per task, the task table, and what editing cost."""
    folder = edits_folder(run, protocol)
    return [*(edit_path(folder, task) for task in tasks["task"]), folder / TASK_TABLE, folder / COST]


def discard_damaged_edits(
    run: Path, protocol: str, tasks: pd.DataFrame, record: Mapping[str, str], say: Callable[[str], None]
) -> dict[str, str]:
    """Remove those files of a protocol's edits that were cut short or damaged, for them to be made again.

    Args:
        run: folder of the run.
        protocol: its name.
        tasks: of the protocol.
        record: of the files that are known, by their paths in `run`.
        say: told of what is removed, or missing from the record.

    Returns:
        The record of what is left of it.

    Raises:
        InputError: if an edit is whole and not the one that was made.
    """
    changed = set(changed_files(run, record))
    replaced, lost = [], []
    for path in edited_files(run, protocol, tasks):
        known = path.relative_to(run).as_posix() in record
        if not path.is_file():
            if known:
                lost.append(path)
        elif path.suffix == ".png" and (path in changed or not known):
            if damage(path.read_bytes()) is not None:
                lost.append(path)
            elif known:
                replaced.append(path)
        elif path in changed:
            lost.append(path)
    if replaced:
        raise InputError(
            f"{run}: {len(replaced)} of {len(tasks)} edits under {protocol} are not those that were made, the first "
            f"{replaced[0]}; delete them, and the same command edits those tasks again (bench verify {run} lists them)"
        )
    if lost:
        say(
            f"{run}: {len(lost)} files of edits under {protocol} are missing or damaged, the first {lost[0]}; "
            "they are made anew"
        )
    for path in lost:
        path.unlink(missing_ok=True)
    gone = {path.relative_to(run).as_posix() for path in lost}
    return {name: sha256 for name, sha256 in record.items() if name not in gone}
