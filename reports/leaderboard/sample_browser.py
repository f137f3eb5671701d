"""The sample browser's data: the same tasks across methods, first the first tasks, then best and worst by a metric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from benchmark.results.run_folder import edit_path, edits_folder
from benchmark.results.method_runs import FoundRun
from benchmark.runtime.json_files import ResultError
from benchmark.statistics.ratios import mean_of_ratios
from benchmark.results.task_scores import TaskScores
from reports.rendering.pictures import Album
from benchmark.tables.table import Column, Table
from benchmark.results.schema import Kind
from benchmark.tables.contenders import Contestant, contestants
from benchmark.tables.groups import Run

FIRST_TASKS: Final = 6
EXTREMES: Final = 3
"""Best tasks, and as many worst ones, of a method by a metric."""
MAX_METHODS: Final = 20
GIVEN: Final = {"target": "copy-target", "source": "copy-source", "true edit": "oracle"}
"""What a task gives, by the reference method whose edits are just that: run folders hold no other copy of it."""


@dataclass(frozen=True)
class Shown:
    """A method of the browser."""

    title: str
    kind: Kind


@dataclass(frozen=True)
class Measure:
    """A metric that tasks may be ordered by."""

    title: str
    unit: str
    decimals: int
    direction: str


@dataclass(frozen=True)
class TaskSet:
    """What a task asks, for its caption."""

    target: str
    source: str
    attribute: str | None


@dataclass
class Sheet:
    """The pictures of one table's tasks; numbers of methods, metrics and pictures are places in their lists.

    Attributes:
        given: ("target", method) where the edits of a method are the targets; and so for the source and the true edit.
        first: the first tasks of the table, not chosen.
        tasks: what each task asks, where a score file says it.
        pictures: by task, then by method, the place of its picture in the album.
        extremes: by "metric method", its (task, figure) pairs, the best first and then the worst, worst first.
        notes: what is not shown, and why.
    """

    title: str
    methods: list[Shown] = field(default_factory=list)
    metrics: list[Measure] = field(default_factory=list)
    given: list[tuple[str, int]] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    tasks: dict[int, TaskSet] = field(default_factory=dict)
    pictures: dict[int, dict[int, int]] = field(default_factory=dict)
    extremes: dict[str, list[list[tuple[int, float]]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A method with the run whose edits are shown, and that run's scores where it has any."""

    contestant: Contestant
    run: FoundRun
    scores: TaskScores | None


def browse(tables: Sequence[tuple[str, Table]], runs: Sequence[Run], album: Album) -> list[Sheet]:
    """A sheet for each table of which any edits are at hand.

    Args:
        tables: with the heading of each.
        runs: what they were made of.
        album: takes the pictures, as many as it has room for.
    """
    filled: list[tuple[Sheet, Table, list[Source]]] = []
    for heading, table in tables:
        every = [source for each in contestants(table, runs) if (source := _source(each, table.protocol)) is not None]
        shown = _chosen(every)
        sheet = Sheet(heading, [Shown(each.contestant.row.title, each.contestant.row.kind) for each in shown])
        if len(shown) < len(every):
            sheet.notes.append(f"{len(shown)} of {len(every):,} methods with edits are shown.")
        sheet.given.extend(_given(shown, sheet.notes))
        _fill_first(sheet, table.protocol, shown, album)
        if sheet.first:
            filled.append((sheet, table, shown))
    for place, (sheet, table, shown) in enumerate(filled):
        with album.share(len(filled) - place):
            _fill_extremes(sheet, table, shown, album)
    return [sheet for sheet, _, _ in filled]


def _source(each: Contestant, protocol: str) -> Source | None:
    """The lowest seed that has edits; real images have none."""
    for run in each.contender.runs:
        if edit_path(edits_folder(run.path.parent, protocol), 0).is_file():
            try:
                return Source(each, run, TaskScores(run.path.parent, protocol, run.result.protocols[protocol]))
            except ResultError:
                return Source(each, run, None)
    return None


def _chosen(every: Sequence[Source]) -> list[Source]:
    """References and the first learned methods, in the order of the table."""
    first = sorted(every, key=lambda each: each.contestant.row.kind != "reference")[:MAX_METHODS]
    return [each for each in every if each in first]


def _given(shown: Sequence[Source], notes: list[str]) -> list[tuple[str, int]]:
    found = [
        (said, place)
        for said, name in GIVEN.items()
        for place, each in enumerate(shown)
        if each.contestant.row.kind == "reference" and each.run.result.method == name
    ]
    notes.extend(
        f"The {said} is not shown: it is the edit of {name}, which is not among the runs."
        for said, name in GIVEN.items()
        if said not in dict(found)
    )
    return found


def _fill_first(sheet: Sheet, protocol: str, shown: Sequence[Source], album: Album) -> None:
    for task in range(FIRST_TASKS):
        for method in range(len(shown)):
            _add(sheet, protocol, shown, task, method, album)
        if task in sheet.pictures:
            sheet.first.append(task)
            _say(sheet, shown, task)


def _fill_extremes(sheet: Sheet, table: Table, shown: Sequence[Source], album: Album) -> None:
    """Add the best and worst tasks of every method by every metric of images, while the album has room."""
    given = {place for _, place in sheet.given}
    methods = [place for place in range(len(shown)) if place not in given]
    if not any(shown[place].scores for place in methods):
        sheet.notes.append("Best and worst edits need the runs' score files, which are not at hand.")
        return
    tasks: set[int] = set()
    for column in (column for column in table.columns if column.facts.level == "image"):
        facts = column.facts
        found = {place: _extremes(column, shown[place]) for place in methods}
        if not any(found.values()):
            continue
        sheet.metrics.append(Measure(facts.title, facts.unit, facts.decimals, facts.direction))
        for place, ends in found.items():
            kept = [[each for each in end if _add(sheet, table.protocol, shown, each[0], place, album)] for end in ends]
            if any(kept):
                sheet.extremes[f"{len(sheet.metrics) - 1} {place}"] = kept
            tasks.update(task for end in kept for task, _ in end)
    for task in sorted(tasks):
        _say(sheet, shown, task)
        for place in range(len(shown)):  # beside it, what was given and what the others made of it
            _add(sheet, table.protocol, shown, task, place, album)
    if album.full:
        sheet.notes.append("Some pictures of best and worst edits are left out to keep this page small.")


def _extremes(column: Column, source: Source) -> list[list[tuple[int, float]]]:
    """Best and worst tasks by the figure of each task alone; empty where there is none."""
    if source.scores is None:
        return []
    try:
        figures = mean_of_ratios(source.scores.tally(column.id))
    except ResultError:  # not scored with this metric
        return []
    known = np.flatnonzero(np.isfinite(figures))
    sign = -1 if column.facts.direction == "up" else 1
    order = known[np.argsort(sign * figures[known], kind="stable")]
    numbers = source.scores.tasks["task"].to_numpy()
    ends = (order[:EXTREMES], order[::-1][: min(EXTREMES, max(len(order) - EXTREMES, 0))])
    return [[(int(numbers[row]), float(figures[row])) for row in end] for end in ends]


def _add(sheet: Sheet, protocol: str, shown: Sequence[Source], task: int, method: int, album: Album) -> bool:
    """Add a method's edit of a task; whether the sheet has it."""
    of_task = sheet.pictures.get(task, {})
    if method not in of_task:
        place = album.add(edit_path(edits_folder(shown[method].run.path.parent, protocol), task))
        if place is None:
            return False
        sheet.pictures.setdefault(task, {})[method] = place
    return True


def _say(sheet: Sheet, shown: Sequence[Source], task: int) -> None:
    """Note what a task asks, from the first score file that has it."""
    for scores in _score_files(shown):
        rows = scores.tasks[scores.tasks["task"] == task]
        if task not in sheet.tasks and len(rows):
            row = rows.iloc[0]
            attribute = row["attribute"]
            sheet.tasks[task] = TaskSet(
                str(row["target"]), str(row["source"]), attribute if isinstance(attribute, str) and attribute else None
            )


def _score_files(shown: Sequence[Source]) -> Iterator[TaskScores]:
    yield from (each.scores for each in shown if each.scores is not None)
