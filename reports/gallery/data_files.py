"""What the page of a gallery reads of its tasks, in small scripts: a page on disk may load no JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.tables.face_groups import FaceGroups
from reports.gallery.sections import Section, requested

BLOCK: Final = 250
"""Tasks whose words, or whose figures by one metric, are one file."""
_MORE_DECIMALS: Final = 2
"""Beyond those that a metric is printed with, by which tasks are ordered."""


def data_files(section: Section, place: int, has: Sequence[Sequence[bool]]) -> Iterator[tuple[str, str]]:
    """The files of one section, as (name, content).

    `PLACE/tasks-BLOCK` has the inputs of `BLOCK` tasks and which methods have a picture of each,
    `PLACE/metric-NUMBER-BLOCK` the figures of all methods by one metric, `PLACE/request-NUMBER` and
    `PLACE/subgroup-NUMBER` the number of each task's value.

    Args:
        section: the tasks.
        place: its place among all sections.
        has: by method, of each task whether there is a picture.
    """
    starts = range(0, len(section.tasks), BLOCK)
    words = requested(section.tasks)
    for number, start in enumerate(starts):
        rows = slice(start, start + BLOCK)
        inputs = {
            "target": [str(face) for face in section.tasks["target"][rows]],
            "source": [str(face) for face in section.tasks["source"][rows]],
            "requested": words[rows],
            "has": [[int(known) for known in of_method[rows]] for of_method in has],
        }
        yield _script(f"{place}/tasks-{number}", inputs)
    for metric_number, (metric, facts) in enumerate(section.metrics.items()):
        figures = section.figures(metric)
        for number, start in enumerate(starts):
            rows = slice(start, start + BLOCK)
            block = [None if known is None else _brief(known[rows], facts.decimals) for known in figures]
            yield _script(f"{place}/metric-{metric_number}-{number}", block)
    yield from _groupings(f"{place}/request", section.requests)
    yield from _groupings(f"{place}/subgroup", section.subgroups)


def _groupings(name: str, groupings: Sequence[FaceGroups]) -> Iterator[tuple[str, str]]:
    for number, grouping in enumerate(groupings):
        yield _script(f"{name}-{number}", grouping.of_tasks.tolist())


def _script(name: str, content: Any) -> tuple[str, str]:
    """A call of the page's function `received`; JSON in ASCII is JavaScript, and no string in it ends early."""
    return name, f"received({json.dumps(name)},{json.dumps(content, separators=(',', ':'), allow_nan=False)});\n"


def _brief(figures: NDArray[np.float64], decimals: int) -> list[float | None]:
    """More digits than the page shows or orders by would only make it larger."""
    return [None if np.isnan(figure) else figure for figure in np.round(figures, decimals + _MORE_DECIMALS).tolist()]
