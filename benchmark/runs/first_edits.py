"""The first edits of a run under each protocol, on its sample sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.caching.fingerprints import StageState
from benchmark.datasets.base import FaceDataset
from benchmark.editing.edit_tasks import read_edits
from benchmark.evaluation.context import TaskSet
from benchmark.protocols.task_batches import without_attributes
from benchmark.results.run_folder import EDITS, REFUSED, SAMPLES, edits_folder
from benchmark.runs.sample_sheet import SampleRows, write_samples
from benchmark.runs.score_protocol import tasks_with_edits

SAMPLE_TASKS = 6


def write_first_edits(
    run: Path, title: str, stamps: StageState, task_sets: Sequence[TaskSet], dataset: FaceDataset
) -> None:
    """Draw the sheet, if there is any edit.

    Args:
        run: folder of the run.
        title: above the sheet.
        stamps: of the folder; say which attributes, or protocols, the method refused.
        task_sets: the protocols with their tasks.
        dataset: the faces.
    """
    sheets = []
    for task_set in task_sets:
        name = task_set.protocol.name
        stamp = stamps.get(f"{EDITS}/{name}")
        if not stamp.get("reason"):
            rows = without_attributes(tasks_with_edits(run, task_set), stamp.get(REFUSED, {})).iloc[:SAMPLE_TASKS]
            outputs = read_edits(edits_folder(run, name), rows, dataset.size)
            sheets.append(SampleRows(name, task_set.protocol.batch(dataset, rows), outputs))
    if sheets:
        write_samples(run / SAMPLES, title, sheets)
