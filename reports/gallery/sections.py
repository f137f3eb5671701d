"""The sections of a gallery: the methods whose edits answer one table of tasks, with the scores of these edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.results.comparability import comparable_groups, table_conflicts
from benchmark.results.find_results import FinishedRun
from benchmark.results.method_runs import group_by_method
from benchmark.results.run_folder import edits_folder
from benchmark.results.schema import Kind, MetricInfo
from benchmark.results.task_groups import STRENGTH
from benchmark.results.task_scores import PART, ScoreFiles, TaskScores
from benchmark.runtime.json_files import ResultError
from benchmark.statistics.ratios import mean_of_ratios
from benchmark.tables.build_tables import in_order, row_title
from benchmark.tables.face_groups import NO_FACTS, FaceGroups, find_facts, group_tasks, known_groupings
from reports.leaderboard.sample_browser import GIVEN

REQUESTS: Final = {"attribute": "attribute", "part": PART, "strength": STRENGTH}
"""What tasks may request, by the column that says it."""


@dataclass(frozen=True)
class ShownMethod:
    """A method of a section.

    Attributes:
        given: what its edits are of every task ("target", "source", "true edit"); "" where they are edits.
        run: the lowest of its seeds that has edits.
        edits: the folder of these.
        scores: of these; None where there are none that can be used.
    """

    title: str
    kind: Kind
    given: str
    run: FinishedRun
    edits: Path
    scores: TaskScores | None


@dataclass(frozen=True)
class Section:
    """The edits of one table of tasks.

    Attributes:
        id: what links call it.
        tasks: in their order, a row per task.
        methods: what is given first, then in the order of a leaderboard.
        metrics: of images, by id.
        requests: groups of the tasks by what is requested, where it differs.
        subgroups: groups of them by what is known of the faces that are edited.
        notes: what is not shown, and why.
    """

    id: str
    title: str
    dataset: str
    protocol: str
    size: int
    tasks: pd.DataFrame
    methods: tuple[ShownMethod, ...]
    metrics: dict[str, MetricInfo]
    requests: tuple[FaceGroups, ...]
    subgroups: tuple[FaceGroups, ...]
    notes: tuple[str, ...]

    def figures(self, metric: str) -> list[NDArray[np.float64] | None]:
        """By method, (T,) the figure of each task alone, NaN where it has none; None of methods without scores."""
        return [_figures(method.scores, metric) for method in self.methods]


def find_sections(runs: Sequence[FinishedRun], files: ScoreFiles) -> tuple[list[Section], list[str]]:
    """The sections of all runs, by dataset, then by protocol, and sentences on those that cannot be shown.

    Runs that were not scored alike are in sections of their own.

    Args:
        runs: results with the files that they were read from, edits and scores beside them.
        files: opens the score files.
    """
    sections: list[Section] = []
    reasons: list[str] = []
    ordered = in_order(runs)
    for dataset in sorted({run.result.dataset for run in ordered}):
        of_dataset = [run for run in ordered if run.result.dataset == dataset]
        for protocol in dict.fromkeys(name for run in of_dataset for name in run.result.protocols):
            having = [run for run in of_dataset if protocol in run.result.protocols]
            groups = comparable_groups(having, protocol, allow_mixed=True)
            for number, group in enumerate(groups, start=1):
                part = (number, len(groups)) if len(groups) > 1 else None
                found = _section(group, protocol, part, files)
                if isinstance(found, str):
                    reasons.append(found)
                else:
                    apart = table_conflicts(group[0].result, groups[0][0].result, protocol) if number > 1 else []
                    why = [f"Kept apart from the first such table: {'; '.join(apart)}."] if apart else []
                    sections.append(replace(found, notes=(*why, *found.notes)))
    return sections, reasons


def _section(
    runs: Sequence[FinishedRun], protocol: str, part: tuple[int, int] | None, files: ScoreFiles
) -> Section | str:
    """The section of runs that may share a table, or why there is none."""
    first = runs[0].result
    title = f"{first.dataset_facts.title} · {first.protocols[protocol].title}"
    title += f" (table {part[0]} of {part[1]})" if part else ""
    methods = _methods(runs, protocol, files)
    scored = next((method.scores for method in methods if method.scores is not None), None)
    if not methods:
        return f"{title} is not shown: there are no edits beside the results"
    if scored is None:
        return f"{title} is not shown: there are no scores of its tasks beside the results, which say what was edited"
    subgroups, notes = _subgroups(runs, protocol, scored)
    given = {method.given for method in methods}
    missing = [
        f"The {said} is not shown: it is the edit of {name}, which is not among the runs."
        for said, name in GIVEN.items()
        if said not in given
    ]
    unscored = [
        f"The edits of {method.title} have no scores beside them." for method in methods if method.scores is None
    ]
    return Section(
        id="/".join([first.dataset, protocol, *([str(part[0])] if part else [])]),
        title=title,
        dataset=first.dataset,
        protocol=protocol,
        size=first.dataset_facts.size,
        tasks=scored.tasks,
        methods=tuple(methods),
        metrics=_metrics(runs, protocol),
        requests=_requests(scored.tasks),
        subgroups=subgroups,
        notes=(*missing, *unscored, *notes),
    )


def _methods(runs: Sequence[FinishedRun], protocol: str, files: ScoreFiles) -> list[ShownMethod]:
    """Those with edits, each by its lowest seed that has any; what is given comes first."""
    found: list[ShownMethod] = []
    of_given = {name: said for said, name in GIVEN.items()}
    for method in group_by_method(runs):
        for run in method.runs:
            edits = edits_folder(run.path.parent, protocol)
            if next(edits.glob("*.png"), None) is not None:
                result = run.result
                given = of_given.get(result.method, "") if result.kind == "reference" else ""
                title = row_title(result)
                found.append(ShownMethod(title, result.kind, given, run, edits, files.open(run, protocol)))
                break
    order = [*GIVEN, ""]
    return sorted(found, key=lambda method: order.index(method.given))


def _metrics(runs: Sequence[FinishedRun], protocol: str) -> dict[str, MetricInfo]:
    """Those of which a run has figures per image, as the first such run describes each."""
    found: dict[str, MetricInfo] = {}
    for run in runs:
        for name, value in run.result.protocols[protocol].metrics.items():
            if run.result.metrics[name].level == "image" and value.value is not None:
                found.setdefault(name, run.result.metrics[name])
    return found


def _figures(scores: TaskScores | None, metric: str) -> NDArray[np.float64] | None:
    if scores is None:
        return None
    try:
        return mean_of_ratios(scores.tally(metric))
    except ResultError:  # not scored with this metric
        return None


def _requests(tasks: pd.DataFrame) -> tuple[FaceGroups, ...]:
    """By attribute, part and strength, as far as tasks differ in them."""
    found = []
    for by, column in REQUESTS.items():
        if column in tasks:
            numbers, values = pd.factorize(tasks[column], sort=True)
            if len(values) > 1:
                found.append(FaceGroups(by, tuple(map(_word, values)), np.asarray(numbers, np.intp)))
    return tuple(found)


def requested(tasks: pd.DataFrame) -> list[str]:
    """What each task requests, in words: its attribute, part and strength, as far as the table says them."""
    columns = [column for column in REQUESTS.values() if column in tasks]
    return [
        " · ".join(_word(value) for value in row if not pd.isna(value) and value != "")
        for row in tasks[columns].itertuples(index=False, name=None)
    ]


def _word(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _subgroups(
    runs: Sequence[FinishedRun], protocol: str, scores: TaskScores
) -> tuple[tuple[FaceGroups, ...], tuple[str, ...]]:
    """Groupings by the face that is edited, and a note where nothing is known of faces."""
    targets = [str(face) for face in scores.tasks["target"]]
    facts = find_facts(runs, protocol, targets)
    if facts is None:
        return (), (f"There are no subgroups: {NO_FACTS}.",)
    groups = (group_tasks(facts, by) for by in known_groupings(facts))
    return tuple(found for found in groups if len(found.names) > 1), ()
