"""Tasks by what is known of the faces that they edit: who a face shows, how far it is turned, how long its hair is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.results.face_facts import FACE, HAIR, YAW, read_face_facts
from benchmark.results.find_results import FinishedRun
from benchmark.runtime.json_files import ResultError
from methods.labels import ATTRIBUTES
from registry.errors import UnknownNameError, unknown

POSE: Final = "pose"
"""The word for groups by pose, which is the yaw without its sign."""
POSE_BINS: Final = (15.0, 30.0)
"""Degrees of yaw at which a head counts as turned, and as far turned."""
POSES: Final = ("frontal, yaw below 15°", "turned, yaw 15° to 30°", "far turned, yaw 30° or more")
ABOUT_PEOPLE: Final = ("Male", "Young", "Pale_Skin", "Eyeglasses", "Wearing_Hat", HAIR, POSE)
"""What a run's page shows, as far as it is known."""
NO_FACTS: Final = (
    "its runs were scored before what is known of faces was kept: `bench score RUNS --metrics seg-accuracy` adds it"
)


@dataclass(frozen=True)
class FaceGroups:
    """Groups of a table's tasks.

    Attributes:
        by: an attribute, `HAIR` or `POSE`.
        names: of the groups.
        of_tasks: (T,) the number of each task's group, in the order of the tasks; -1 where it is not known.
    """

    by: str
    names: tuple[str, ...]
    of_tasks: NDArray[np.intp]


def find_facts(runs: Sequence[FinishedRun], protocol: str, targets: Sequence[str]) -> pd.DataFrame | None:
    """What is known of the faces that T tasks edit, a row each, from the first run that knows all; None if none does.

    Args:
        runs: on the same tasks.
        protocol: the tasks'.
        targets: (T,) the face of each task.
    """
    for run in runs:
        try:
            facts = read_face_facts(run.path.parent, protocol)
        except ResultError:
            continue
        if facts is not None and set(targets) <= set(facts[FACE]):
            return facts.set_index(FACE).loc[list(targets)]
    return None


def known_groupings(facts: pd.DataFrame) -> list[str]:
    """By what the faces can be grouped: those about people first, then all other attributes."""
    columns = [name for name in facts.columns if name != YAW] + ([POSE] if YAW in facts else [])
    return [*(name for name in ABOUT_PEOPLE if name in columns), *(n for n in columns if n not in ABOUT_PEOPLE)]


def check_groupings(words: Sequence[str], runs: Iterable[FinishedRun]) -> None:
    """Refuse words that no faces can be grouped by.

    Args:
        words: groupings.
        runs: the runs whose tasks are grouped; their faces may have attributes beyond CelebA's.

    Raises:
        UnknownNameError: naming the nearest that is one.
        ResultError: if a run's facts of faces are damaged.
    """
    every = [*ATTRIBUTES, HAIR, POSE]
    if all(word in every for word in words):
        return
    places = [(run.path.parent, protocol) for run in runs for protocol in run.result.protocols]
    found = [facts for place in places if (facts := read_face_facts(*place)) is not None]
    every += dict.fromkeys(name for facts in found for name in known_groupings(facts))
    for word in words:
        if word not in every:
            raise UnknownNameError(unknown("grouping of faces", word, every))


def group_tasks(facts: pd.DataFrame, by: str) -> FaceGroups:
    """Tasks grouped by the faces that they edit.

    Args:
        facts: a row per task, as of `find_facts`.
        by: one of `known_groupings`.
    """
    if by == POSE:
        yaw = np.abs(facts[YAW].to_numpy(np.float64))
        return FaceGroups(by, POSES, np.where(np.isnan(yaw), -1, np.digitize(yaw, POSE_BINS)))
    if by == HAIR:
        values = facts[HAIR].to_numpy()
        names = tuple(sorted({str(value) for value in values} - {""}))
        numbers = {name: number for number, name in enumerate(names)}
        return FaceGroups(by, names, np.array([numbers.get(str(value), -1) for value in values], np.intp))
    return FaceGroups(by, (by, f"not {by}"), np.where(facts[by].to_numpy(bool), 0, 1))
