"""Wrong targets: pure functions that choose whose true edit a task shows in place of its own."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from registry.errors import InputError

MODES: Final = 4
"""Number of images (or styles) that a collapsed method still makes."""


def own_targets(tasks: pd.DataFrame, strength: float, seed: int) -> pd.DataFrame:
    """Every task shows its own true edit."""
    return tasks


def wrong_identity(tasks: pd.DataFrame, strength: float, seed: int) -> pd.DataFrame:
    """A share of the tasks shows the correct edit of another target face.

    Args:
        tasks: a protocol's table, or the tasks in it of one attribute, with at least two target faces.
        strength: the share in %; a task that is wrong at one strength is wrong at every greater one.
        seed: decides which tasks are wrong, and whose face they show.

    Returns:
        The table with other `target_row` values.

    Raises:
        InputError: if all tasks edit one face.
    """
    rows = tasks["target_row"].to_numpy()
    if len(np.unique(rows)) < 2:
        of_attribute = f" of {tasks['attribute'].iloc[0]}" if tasks["attribute"].iloc[0] else ""
        raise InputError(f"a calibration needs tasks{of_attribute} with at least two target faces")
    others = [_of_task(seed, task).choice(rows[rows != row]) for task, row in zip(tasks["task"], rows, strict=True)]
    return tasks.assign(target_row=np.where(wrong_tasks(tasks, strength, seed), others, rows))


def style_collapse(tasks: pd.DataFrame, strength: float, seed: int) -> pd.DataFrame:
    """A share of the tasks shows the correct edit of one of `MODES` target faces: few styles, each matched to the task.

    Arguments and result as of `wrong_identity`.
    """
    modes = tasks["target_row"].to_numpy()[_modes(tasks, seed)]
    return tasks.assign(target_row=np.where(wrong_tasks(tasks, strength, seed), modes, tasks["target_row"]))


def mode_collapse(tasks: pd.DataFrame, strength: float, seed: int) -> pd.DataFrame:
    """A share of the tasks shows the true edit of one of `MODES` tasks: few images, whatever was requested.

    Arguments and result as of `wrong_identity`, with other `source_row` values too.
    """
    wrong, modes = wrong_tasks(tasks, strength, seed), _modes(tasks, seed)
    shown = {
        column: np.where(wrong, tasks[column].to_numpy()[modes], tasks[column])
        for column in ("target_row", "source_row")
    }
    return tasks.assign(**shown)


def wrong_tasks(tasks: pd.DataFrame, strength: float, seed: int) -> NDArray[np.bool_]:
    """(T,) bool: one uniform draw per task against the share, so that greater shares include the smaller ones."""
    draws = np.array([_of_task(seed, task).uniform() for task in tasks["task"]])
    return draws < strength / 100


def _modes(tasks: pd.DataFrame, seed: int) -> NDArray[np.int64]:
    """(T,) positions of the tasks that are shown in place of each."""
    kept = np.random.default_rng(seed).choice(len(tasks), min(MODES, len(tasks)), replace=False)
    return kept[[_of_task(seed, task).integers(len(kept)) for task in tasks["task"]]]


def _of_task(seed: int, task: int) -> np.random.Generator:
    """A generator of the task's own, so that its wrong target does not depend on other tasks."""
    return np.random.default_rng([seed, task])
