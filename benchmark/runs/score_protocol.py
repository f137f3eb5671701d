"""Scores a run under one protocol; metrics that were measured on the same edits in the same way are not again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from benchmark.caching.code_version import code_version
from benchmark.caching.file_record import FILES, changed_files
from benchmark.caching.fingerprints import StageState, fingerprint
from benchmark.caching.library_versions import Versions
from benchmark.caching.plugin_source import entry_version
from benchmark.config.evaluation_spec import JUDGE_SETTINGS, EvaluationSpec
from benchmark.editing.edit_tasks import read_edits
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.evaluation.face_facts import face_facts
from benchmark.evaluation.outputs import EditedOutputs, RealOutputs
from benchmark.evaluation.score_edits import Scores, score_edits
from benchmark.evaluation.scoring_batches import Judges
from benchmark.results.face_facts import write_face_facts
from benchmark.results.import_record import read_import
from benchmark.results.run_folder import EDITS, REFUSED, RESULT, edits_folder, scores_path
from benchmark.results.schema import Value, read_result
from benchmark.results.task_scores import TABLE_COLUMNS, read_task_scores, write_task_scores
from benchmark.runs.shared_work import tell_of_scoring
from benchmark.runs.up_to_date import FINISHED, LIBRARIES, METRICS, SCORING_CODE, measured_by, metric_stamps
from benchmark.runtime.json_files import ResultError
from benchmark.statistics.ratios import Ratio
from registry.catalogue import DATASET_CARDS, PROTOCOL_CARDS, Entry

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class ScoredProtocol:
    """A run's scores under one protocol, not yet in its folder: they are written when its whole result is.

    Attributes:
        run: its folder.
        protocol: its name.
        scores: the scores.
        scored_by: hash of what decides them whatever is measured.
        faces: what is known of the faces that are edited.
        libraries: by metric, the versions of the libraries that measured it; none of one measured by an older version
            of this program, which did not note them.
    """

    run: Path
    protocol: str
    scores: Scores
    scored_by: str
    faces: pd.DataFrame
    libraries: dict[str, Versions]

    def write(self) -> None:
        """Write the scores of the tasks into the run's folder, where its result must follow."""
        write_face_facts(self.run, self.protocol, self.faces)
        write_task_scores(self.run, self.protocol, self.scores.frame, self.scores.ratios, self.scored_by)


def edited_outputs(run: Path, task_set: TaskSet, context: EvaluationContext) -> EditedOutputs:
    """The edits of a run under a protocol, as they are scored."""
    folder = edits_folder(run, task_set.protocol.name)
    return EditedOutputs(lambda rows: read_edits(folder, rows, context.dataset.size))


def tasks_with_edits(run: Path, task_set: TaskSet) -> pd.DataFrame:
    """The tasks that have an edit in a run: all, but where edits were made elsewhere and some are missing."""
    record = read_import(run, task_set.protocol.name)
    return task_set.tasks if record is None else task_set.tasks[~task_set.tasks["task"].isin(record.missing)]


def score_protocol(
    run: Path,
    state: StageState,
    evaluation: EvaluationSpec,
    context: EvaluationContext,
    task_set: TaskSet,
    outputs: EditedOutputs | RealOutputs,
    *,
    title: str,
    judges: Judges | None = None,
    again: Collection[str] = (),
) -> ScoredProtocol:
    """Score a run's edits under a protocol, by all processes there are; nothing is written yet.

    Args:
        run: its folder.
        state: its stamps, by which the figures that are there are known to be of the same edits, scored the same way.
        evaluation: names the metrics.
        context: gives faces, judges and real images.
        task_set: the protocol with its tasks.
        outputs: gives the images to score.
        title: what the bar calls the method.
        judges: other than the context's own.
        again: metrics that are measured again where all that is there is a reason why they have no figure.
    """
    name = task_set.protocol.name
    scored_by = _scored_by(state, evaluation, context, task_set)
    metrics = metric_stamps(evaluation, name, context.weights)
    kept = _kept(run, state, evaluation, name, scored_by, metrics, again)
    missing = [metric for metric, _ in metrics if metric not in kept.cells]
    edited = tasks_with_edits(run, task_set)
    if missing:
        tell_of_scoring(evaluation, task_set, context)
        scores = score_edits(
            outputs,
            task_set.protocol,
            missing,
            context.dataset,
            edited,
            judges or context.judges,
            context,
            resources=context.resources,
            draws=evaluation.bootstrap_draws,
            reporter=context.reporter,
            title=title,
            refused=(state.get(f"{EDITS}/{name}") or {}).get(REFUSED, {}),
            processes=context.processes,
        )
        kept = _joined(kept, scores.among(task_set.tasks))
    ordered = {metric: kept.cells[metric] for metric, _ in metrics}
    num_missing = len(task_set.tasks) - len(edited)
    by_attribute, by_strength = (
        {group: {metric: cells[metric] for metric in ordered} for group, cells in groups.items()}
        for groups in (kept.attributes, kept.strengths)
    )
    losses = _among(kept.losses, ordered)
    found = Scores(kept.frame, kept.ratios, ordered, kept.breakdown, {}, num_missing, by_attribute, by_strength, losses)
    noted = {*missing, *_noted_libraries(state, name)}
    libraries = {metric: measured_by(evaluation, metric) for metric in ordered if metric in noted}
    return ScoredProtocol(run, name, found, scored_by, face_facts(context.dataset, task_set.tasks), libraries)


def _scored_by(state: StageState, evaluation: EvaluationSpec, context: EvaluationContext, task_set: TaskSet) -> str:
    """Hash of all that decides the scores of these edits, but for the metrics."""
    name = task_set.protocol.name
    edits = (state.get(f"{EDITS}/{name}") or {}).get(FILES, {})
    entries: tuple[Entry[Any], ...] = (
        PROTOCOL_CARDS.find(name),
        DATASET_CARDS.find(evaluation.dataset.name),
    )
    return fingerprint(
        task_set.sha256,
        evaluation.protocols[name],
        [(role, context.judge_version(role)) for role in JUDGE_SETTINGS.values()],
        evaluation.bootstrap_draws,
        context.dataset.fingerprint,
        context.compute.described,
        code_version(*SCORING_CODE),
        [entry_version(entry) for entry in entries],
        {file: sha256 for file, sha256 in edits.items() if file.endswith(".png")},
    )


_NOTHING = Scores(pd.DataFrame(), {}, {}, {}, {})


def _noted_libraries(state: StageState, protocol: str) -> Mapping[str, Versions]:
    """By metric, the versions of the libraries that measured what is there, as far as they were noted."""
    finished: Mapping[str, Any] = state.get(FINISHED) or {}
    noted: Mapping[str, Versions] = finished.get(LIBRARIES, {}).get(protocol, {})
    return noted


def _kept(
    run: Path,
    state: StageState,
    evaluation: EvaluationSpec,
    protocol: str,
    scored_by: str,
    metrics: list[list[str]],
    again: Collection[str],
) -> Scores:
    """What the run's files say of those metrics that were measured as they would be now."""
    finished: Mapping[str, Any] = state.get(FINISHED) or {}
    parts = (run / RESULT, scores_path(run, protocol))
    record = {name: finished.get(FILES, {}).get(name) for name in (path.relative_to(run).as_posix() for path in parts)}
    if None in record.values() or changed_files(run, record):
        return _NOTHING
    try:
        frame, ratios, earlier_scored_by = read_task_scores(run, protocol)
        result = read_result(run / RESULT).protocols[protocol]
    except (KeyError, OSError, ValueError, ResultError):
        return _NOTHING
    if earlier_scored_by != scored_by:
        return _NOTHING
    earlier = finished.get(METRICS, {}).get(protocol, [])
    cells = {
        name: result.metrics[name] for name, stamp in metrics if [name, stamp] in earlier and name in result.metrics
    }
    noted = _noted_libraries(state, protocol)
    cells = {name: cell for name, cell in cells.items() if noted.get(name) in (None, measured_by(evaluation, name))}
    cells = {name: cell for name, cell in cells.items() if cell.value is not None or name not in again}
    columns = [name for name in frame.columns if name in TABLE_COLUMNS or name.partition("/")[0] in cells]
    breakdown = {name: result.breakdown.get(name, {}) for name in cells}
    return Scores(
        frame[columns],
        _among(ratios, cells),
        cells,
        breakdown,
        {},
        attributes=_of_metrics(result.attributes, cells),
        strengths=_of_metrics(result.strengths, cells),
        losses=_among(result.losses, cells),
    )


def _joined(kept: Scores, new: Scores) -> Scores:
    if not kept.cells:
        return new
    columns = [name for name in new.frame.columns if name not in TABLE_COLUMNS]
    frame = pd.concat([kept.frame.reset_index(drop=True), new.frame[columns].reset_index(drop=True)], axis=1)
    ratios: dict[str, list[Ratio]] = {**kept.ratios, **new.ratios}
    return Scores(
        frame,
        ratios,
        {**kept.cells, **new.cells},
        {**kept.breakdown, **new.breakdown},
        {},
        attributes=_with(kept.attributes, new.attributes),
        strengths=_with(kept.strengths, new.strengths),
        losses={**kept.losses, **new.losses},
    )


def _among(figures: Mapping[str, Kind], metrics: Iterable[str]) -> dict[str, Kind]:
    """What there is of these metrics, in their order."""
    return {name: figures[name] for name in metrics if name in figures}


def _of_metrics(groups: Mapping[str, Mapping[str, Value]], metrics: Collection[str]) -> dict[str, dict[str, Value]]:
    """The figures of these metrics by group of tasks."""
    return {group: _among(figures, metrics) for group, figures in groups.items()}


def _with(
    groups: Mapping[str, Mapping[str, Value]], new: Mapping[str, Mapping[str, Value]]
) -> dict[str, dict[str, Value]]:
    """The new figures by group of tasks, over those that there were."""
    return {group: {**groups.get(group, {}), **figures} for group, figures in new.items()}
