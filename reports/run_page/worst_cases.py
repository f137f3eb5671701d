"""The tasks on which a run did worst by each of a few metrics, beside what they gave."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmark.results.run_folder import RESULT, edit_path, edits_folder
from benchmark.results.schema import ProtocolResult, Result, read_result
from benchmark.results.task_scores import TaskScores
from benchmark.runtime.json_files import ResultError
from benchmark.statistics.ratios import mean_of_ratios
from reports.leaderboard.sample_browser import GIVEN
from reports.rendering.pictures import compact_uri

METRICS: Final = 4
CASES: Final = 4


@dataclass(frozen=True)
class Case:
    """A task.

    Attributes:
        figure: the metric's figure of this task alone, with its decimals.
        attribute: that it transfers, where the tasks transfer several; "" elsewhere.
        pictures: data URIs by what they show; what is not at hand is absent.
    """

    task: int
    figure: str
    target: str
    source: str
    pictures: dict[str, str]
    attribute: str = ""


@dataclass(frozen=True)
class WorstCases:
    """The worst tasks under a protocol by one metric, the worst first."""

    protocol: str
    metric: str
    unit: str
    cases: tuple[Case, ...]


def worst_cases(folder: Path, result: Result) -> tuple[list[WorstCases], list[str]]:
    """The worst tasks of each protocol by its first `METRICS` metrics of images, and why some are not there.

    Targets, sources and true edits are those that the reference runs beside this one hold, if they had the same tasks.

    Args:
        folder: of the run.
        result: what it came to.
    """
    found: list[WorstCases] = []
    reasons: list[str] = []
    for name, protocol in result.protocols.items():
        if not protocol.metrics:
            continue
        try:
            scores = TaskScores(folder, name, protocol)
        except ResultError:
            reasons.append(f"{protocol.title}: the score file is missing or does not fit the result.")
            continue
        edits = {"output": edits_folder(folder, name), **reference_edits(folder, name, protocol)}
        found.extend(_of_protocol(result, name, scores, edits))
    return found, reasons


def _of_protocol(result: Result, name: str, scores: TaskScores, edits: dict[str, Path]) -> list[WorstCases]:
    protocol = result.protocols[name]
    found: list[WorstCases] = []
    for metric in protocol.metrics:
        facts = result.metrics[metric]
        if facts.level != "image" or len(found) == METRICS:
            continue
        try:
            figures = mean_of_ratios(scores.tally(metric))
        except ResultError:  # the metric has no figures of tasks
            continue
        known = np.flatnonzero(np.isfinite(figures))
        worst_first = known[np.argsort((1 if facts.direction == "up" else -1) * figures[known], kind="stable")]
        cases = []
        for row in worst_first[:CASES]:
            inputs = scores.tasks.iloc[int(row)]
            task = int(inputs["task"])
            pictures = {said: compact_uri(edit_path(place, task)) for said, place in edits.items()}
            cases.append(
                Case(
                    task,
                    f"{figures[row]:.{facts.decimals}f}",
                    str(inputs["target"]),
                    str(inputs["source"]),
                    {said: uri for said, uri in pictures.items() if uri is not None},
                    str(inputs["attribute"]) if protocol.attributes else "",
                )
            )
        if cases:
            found.append(WorstCases(protocol.title, facts.title, facts.unit, tuple(cases)))
    return found


def reference_edits(folder: Path, name: str, protocol: ProtocolResult) -> dict[str, Path]:
    """Folders of the reference runs' edits of the same tasks, by what they show."""
    found: dict[str, Path] = {}
    for said, method in GIVEN.items():
        # runs/<dataset>/<method>/seed<k>
        reference = folder.absolute().parent.parent / method / "seed0"
        try:
            found_there = read_result(reference / RESULT).protocols.get(name)
        except ResultError:
            continue
        if found_there is not None and found_there.tasks_sha256 == protocol.tasks_sha256:
            found[said] = edits_folder(reference, name)
    return found
