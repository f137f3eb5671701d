"""The sample browser's data: the same tasks across methods, first the first tasks, then best and worst by a metric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from benchmark.results.find_results import FinishedRun
from benchmark.results.run_folder import edit_path, edits_folder
from benchmark.results.schema import Kind
from benchmark.results.task_scores import ScoreFiles, TaskScores
from benchmark.runtime.json_files import ResultError
from benchmark.statistics.ratios import mean_of_ratios
from benchmark.tables.table import Column, Row, Table
from reports.rendering.pictures import ImageStore

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
    """The inputs of a task, for its caption."""

    target: str
    source: str
    attribute: str | None


@dataclass
class Sheet:
    """The pictures of one table's tasks; numbers of methods, metrics and pictures are places in their lists.

    Attributes:
        given: ("target", method) where the edits of a method are the targets; and so for the source and the true edit.
        first: the first tasks of the table, not chosen.
        tasks: the inputs of each task, where a score file says them.
        pictures: by task, then by method, the place of its picture in the store.
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

    row: Row
    run: FinishedRun
    scores: TaskScores | None


def browse(tables: Sequence[tuple[str, Table]], files: ScoreFiles, store: ImageStore) -> list[Sheet]:
    """A sheet for each table of which any edits are at hand.

    Args:
        tables: with the heading of each.
        files: opens the score files beside their runs' results.
        store: takes the pictures, as many as fit its budget.
    """
    filled: list[tuple[Sheet, Table, list[Source]]] = []
    for heading, table in tables:
        every = [source for row in table.rows if (source := _source(row, table.protocol, files)) is not None]
        shown = _chosen(every)
        sheet = Sheet(heading, [Shown(source.row.title, source.row.kind) for source in shown])
        if len(shown) < len(every):
            sheet.notes.append(f"{len(shown)} of {len(every):,} methods with edits are shown.")
        sheet.given.extend(_given(shown, sheet.notes))
        _fill_first(sheet, table.protocol, shown, store)
        if sheet.first:
            filled.append((sheet, table, shown))
    for place, (sheet, table, shown) in enumerate(filled):
        with store.share(len(filled) - place):
            _fill_extremes(sheet, table, shown, store)
    return [sheet for sheet, _, _ in filled]


def _source(row: Row, protocol: str, files: ScoreFiles) -> Source | None:
    """The lowest seed that has edits; real images have none."""
    for run in row.runs:
        if next(edits_folder(run.path.parent, protocol).glob("*.png"), None) is not None:
            return Source(row, run, files.open(run, protocol))
    return None


def _chosen(every: Sequence[Source]) -> list[Source]:
    """References and the first learned methods, in the order of the table."""
    first = sorted(range(len(every)), key=lambda place: every[place].row.kind != "reference")[:MAX_METHODS]
    return [every[place] for place in sorted(first)]


def _given(shown: Sequence[Source], notes: list[str]) -> list[tuple[str, int]]:
    found = [
        (said, place)
        for said, name in GIVEN.items()
        for place, source in enumerate(shown)
        if source.row.kind == "reference" and source.run.result.method == name
    ]
    notes.extend(
        f"The {said} is not shown: it is the edit of {name}, which is not among the runs."
        for said, name in GIVEN.items()
        if said not in dict(found)
    )
    return found


def _fill_first(sheet: Sheet, protocol: str, shown: Sequence[Source], store: ImageStore) -> None:
    for task in range(FIRST_TASKS):
        for method in range(len(shown)):
            _add(sheet, protocol, shown, task, method, store)
        if task in sheet.pictures:
            sheet.first.append(task)
            _say(sheet, shown, task)


def _fill_extremes(sheet: Sheet, table: Table, shown: Sequence[Source], store: ImageStore) -> None:
    """Add the best and worst tasks of every method by every metric of images, while the store takes pictures."""
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
            kept = [[case for case in end if _add(sheet, table.protocol, shown, case[0], place, store)] for end in ends]
            if any(kept):
                sheet.extremes[f"{len(sheet.metrics) - 1} {place}"] = kept
            tasks.update(task for end in kept for task, _ in end)
    for task in sorted(tasks):
        _say(sheet, shown, task)
        for place in range(len(shown)):  # beside it, what was given and what the others made of it
            _add(sheet, table.protocol, shown, task, place, store)
    if store.full:
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


def _add(sheet: Sheet, protocol: str, shown: Sequence[Source], task: int, method: int, store: ImageStore) -> bool:
    """Add a method's edit of a task; whether the sheet has it."""
    of_task = sheet.pictures.get(task, {})
    if method not in of_task:
        place = store.add(edit_path(edits_folder(shown[method].run.path.parent, protocol), task))
        if place is None:
            return False
        sheet.pictures.setdefault(task, {})[method] = place
    return True


def _say(sheet: Sheet, shown: Sequence[Source], task: int) -> None:
    """Note the inputs of a task, from the first score file that has it."""
    for scores in _score_files(shown):
        rows = scores.tasks[scores.tasks["task"] == task]
        if task not in sheet.tasks and len(rows):
            row = rows.iloc[0]
            attribute = row["attribute"]
            sheet.tasks[task] = TaskSet(
                str(row["target"]), str(row["source"]), attribute if isinstance(attribute, str) and attribute else None
            )


def _score_files(shown: Sequence[Source]) -> Iterator[TaskScores]:
    yield from (source.scores for source in shown if source.scores is not None)
