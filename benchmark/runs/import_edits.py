"""Puts edits that were made elsewhere into a run folder, where they are scored as a method's own are."""

from __future__ import annotations

import hashlib
import json
import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmark.caching.file_record import FILES, record_files
from benchmark.caching.fingerprints import StageState
from benchmark.config.evaluation_spec import EvaluationSpec
from benchmark.config.experiment import REAL, Experiment, MethodSpec
from benchmark.editing.outside_files import OutsideEdit, OutsideEdits, find_edits
from benchmark.evaluation.context import EvaluationContext, TaskSet
from benchmark.evaluation.export_tasks import evaluation_text
from benchmark.images.convert import Pixels
from benchmark.images.lossy import is_lossy
from benchmark.images.read import UnreadableImageError, decode_image, read_content, unreadable
from benchmark.images.resize import POLICY, resized
from benchmark.images.write import write_png
from benchmark.results.import_record import ImportRecord, write_import
from benchmark.results.outside_card import card_text
from benchmark.results.run_folder import CARD, COST, EDITS, IMPORT_SETTINGS, TASK_TABLE, edit_path, edits_folder
from benchmark.runs.outside_settings import imported_evaluation, imported_protocols
from benchmark.runs.up_to_date import FINISHED
from benchmark.runtime.atomic_files import replacing_folder, write_text_atomically
from benchmark.runtime.interruption import deferred_interruption
from registry.cards import MethodCard
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError

OUTSIDE: Final = "outside this program"
"""Where edits took the time that their maker says."""


@dataclass(frozen=True)
class Policies:
    """What is done with edits that are not just as they were asked for; refused where not allowed.

    Attributes:
        resize: take edits of another size than the run's, resized.
        partial: score the tasks that have an edit, and ignore edits of no task.
    """

    resize: bool = False
    partial: bool = False


def check_name(name: str) -> None:
    """Refuse a name for imported edits that is a method's.

    Raises:
        InputError: if it is.
    """
    if name == REAL or name in METHOD_CARDS:
        raise InputError(f"{name!r} is a method of this program; import the edits under another name")


def import_edits(
    card: MethodCard, place: Path, context: EvaluationContext, runs: Path, policies: Policies
) -> Experiment:
    """Put edits of a context's one protocol into `runs/DATASET/NAME/seed0`, all of them or none.

    Edits of the same protocol that were imported there before are replaced; those of other protocols stay.

    Args:
        card: of what made the edits.
        place: a folder of images or a list of them, as `find_edits` reads it.
        context: of an evaluation under one protocol, whose tasks the edits answer.
        runs: folder of all runs.
        policies: for other sizes, and for tasks without edits.

    Returns:
        What `OutsideRun` scores, under all protocols of which the run has edits.

    Raises:
        InputError: naming the file, if an edit cannot be used; or if tasks have no edit, edits have no task, or the run
            folder has edits of other faces or another size.
        Interrupted: if a stop was requested; nothing is changed then.
    """
    (task_set,) = context.task_sets(context.evaluation.protocols)
    name = task_set.protocol.name
    experiment = Experiment(method=MethodSpec(name=card.name), evaluation=context.evaluation)
    run = experiment.folder(runs)
    experiment = _with_protocols_there(experiment, run, name)
    found = find_edits(place, [int(task) for task in task_set.tasks["task"]])
    if str(found):
        if not policies.partial:
            raise InputError(f"{place}: {found}; --partial scores the tasks that have one")
        context.reporter.say(f"{place}: {found}; {len(found.of_task):,} of {len(task_set.tasks):,} tasks are scored")
    if found.summary is not None:
        context.reporter.say(found.summary)
    state = StageState(run)
    with replacing_folder(edits_folder(run, name)) as folder:
        record = _fill(folder, found, task_set, context, policies)
        if state.get(FINISHED) is not None:
            state.put(FINISHED, None)  # what was scored were other edits
    write_text_atomically(run / CARD, card_text(card))
    write_text_atomically(run / IMPORT_SETTINGS, evaluation_text(experiment.evaluation))
    files = sorted(path for path in edits_folder(run, name).iterdir() if not path.name.startswith("."))
    state.put(
        f"{EDITS}/{name}", {"stamp": record.sha256, "done": True, "reason": None, FILES: record_files(run, files)}
    )
    return experiment


def _with_protocols_there(experiment: Experiment, run: Path, name: str) -> Experiment:
    """The experiment under the other protocols too that the run folder has edits of, with the options of these."""
    others = [protocol for protocol in imported_protocols(run) if protocol != name]
    if not others:
        return experiment
    earlier = imported_evaluation(run)
    same, other = (_shared(evaluation) for evaluation in (experiment.evaluation, earlier))
    if differing := [key for key, value in same.items() if other[key] != value]:
        raise InputError(
            f"{run} has edits under {', '.join(others)} that were imported with another {differing[0]}: import both "
            "with the same settings, or under two names"
        )
    protocols = {protocol: earlier.protocols[protocol] for protocol in others if protocol in earlier.protocols}
    evaluation = experiment.evaluation.model_copy(
        update={"protocols": {**protocols, **experiment.evaluation.protocols}}
    )
    return experiment.model_copy(update={"evaluation": evaluation})


def _shared(evaluation: EvaluationSpec) -> dict[str, object]:
    """What decides a run's faces and tasks under any protocol."""
    dataset = evaluation.dataset.model_dump(mode="json", exclude={"root"})
    return {"dataset": dataset, "limit": evaluation.limit, "preset": evaluation.preset}


def _fill(
    folder: Path, found: OutsideEdits, task_set: TaskSet, context: EvaluationContext, policies: Policies
) -> ImportRecord:
    """Write what a run has of a protocol's edits: a PNG per task, the tasks, the files' record, and times."""
    size, edits = context.dataset.size, found.of_task
    hashes: list[tuple[int, str]] = []
    kinds: Counter[str] = Counter()
    lossy = other_sizes = 0
    bar = context.reporter.bar(f"import {task_set.protocol.name}", len(edits))
    with deferred_interruption() as stop, bar as advance:
        for number, (task, edit) in enumerate(edits.items(), start=1):
            content = read_content(edit.path)
            image = _decoded(edit.path, content)
            if image.shape != (size, size, 3):
                image = _resized(image, edit.path, size, allowed=policies.resize)
                other_sizes += 1
            write_png(edit_path(folder, task), image, durable=False)
            lossy += is_lossy(content)
            kinds[edit.path.suffix.lstrip(".").lower()] += 1
            hashes.append((task, hashlib.sha256(content).hexdigest()))
            advance(number)
            stop.check("importing edits")
    rows = task_set.tasks[task_set.tasks["task"].isin(list(edits))]
    rows.drop(columns=["target_row", "source_row"]).to_parquet(folder / TASK_TABLE)
    _write_cost(folder, edits)
    record = ImportRecord(
        tasks_sha256=task_set.sha256,
        num_tasks=len(task_set.tasks),
        missing=list(found.missing),
        left_out=found.left_out,
        sha256=hashlib.sha256(json.dumps(hashes).encode()).hexdigest(),
        kinds=dict(sorted(kinds.items())),
        lossy=lossy,
        resized=other_sizes,
        resize_policy=POLICY if other_sizes else None,
        timed=_seconds(edits) is not None,
    )
    write_import(folder, record)
    return record


def _decoded(path: Path, content: bytes) -> Pixels:
    try:
        return decode_image(content)
    except UnreadableImageError as error:
        raise unreadable(path, error) from error


def _resized(image: Pixels, path: Path, size: int, *, allowed: bool) -> Pixels:
    height, width, _ = image.shape
    if height != width:
        raise InputError(f"{path}: is {width}×{height}, where a square was expected, {size}×{size}")
    if not allowed:
        raise InputError(f"{path}: is {width}×{height}, where {size}×{size} was expected; --resize takes it ({POLICY})")
    return resized(image, size)


def _seconds(edits: Mapping[int, OutsideEdit]) -> list[float] | None:
    """What each edit took; None where that is not known of all."""
    known = [edit.seconds for edit in edits.values() if edit.seconds is not None]
    return known if len(known) == len(edits) else None


def _write_cost(folder: Path, edits: Mapping[int, OutsideEdit]) -> None:
    seconds = _seconds(edits)
    if seconds is not None:
        cost = {
            "parameters": None,
            "flops": None,
            "edit_ms": 1000 * statistics.median(seconds),
            "peak_memory_mib": None,
            "device": OUTSIDE,
        }
        write_text_atomically(folder / COST, json.dumps(cost, indent=2) + "\n")
