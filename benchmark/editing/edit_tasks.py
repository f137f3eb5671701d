"""Edits every task of a protocol with a trained method: one PNG a task, resumable."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from benchmark.datasets.base import FaceDataset
from benchmark.editing.by_turns import EditedBatch, edited_by_turns, follow_turns
from benchmark.editing.checked_edit import (
    MIDDLE_LEVEL,
    EditError,
    call_edit,
    check_images,
    check_inputs,
    visible_to,
)
from benchmark.editing.cost import edit_complexity, forget_peak_memory, now, peak_memory_mib
from benchmark.editing.process.process_method import ProcessMethod
from benchmark.images.background_writer import ImageWriter
from benchmark.images.convert import Pixels, image_array
from benchmark.images.read import UnreadableImageError, decode_image
from benchmark.protocols.base import Protocol
from benchmark.protocols.task_batches import batches_of_tasks, without_attributes
from benchmark.results.run_folder import COST, TASK_TABLE, edit_path
from benchmark.runtime.atomic_files import replacing, write_text_atomically
from benchmark.runtime.device import Compute, seed_everything
from benchmark.runtime.interruption import deferred_interruption
from benchmark.runtime.processes import ALONE, Processes
from benchmark.runtime.progress import Reporter
from methods.base import CannotEdit, EditBatch, FaceEditor
from registry.cards import MethodCard


def edit_tasks(
    editor: FaceEditor,
    card: MethodCard,
    protocol: Protocol,
    dataset: FaceDataset,
    tasks: pd.DataFrame,
    folder: Path,
    *,
    batch_size: int,
    seed: int,
    compute: Compute,
    reporter: Reporter,
    title: str,
    processes: Processes = ALONE,
) -> dict[str, str]:
    """Write `folder/00000.png` … for the tasks that have none yet, then `tasks.parquet` and `cost.json`.

    Batches are the same whatever is there already: one that lacks an image is edited again whole, so that a run that
    was stopped gives the images of one that was not.

    Several processes edit a batch each at once, the others in `follow_edits`; the images are those of one.

    Where every value of the edits lies in [0, 1], which is another range than that of edits, the reporter warns.

    Returns:
        Why there are no edits, by attribute, of those that the method cannot transfer where it can transfer others;
        their tasks are not in `tasks.parquet`.

    Raises:
        EditError: if the method gives images of another shape, or values that are not finite or far outside [-1, 1].
        PluginError: if the method fails.
        CannotEdit: if the method cannot do the protocol on this dataset, for no attribute.
        Interrupted: if a stop was requested; the edits so far are kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    batches = batches_of_tasks(tasks, batch_size)
    refused: dict[str, str] = {}
    milliseconds: list[float] = []
    least_levels: list[int] = []
    forget_peak_memory(compute)
    given = partial(protocol.batch, dataset, hints=card.takes_hints)
    paths = [[edit_path(folder, task) for task in rows["task"]] for rows in batches]
    lacking = [number for number, files in enumerate(paths) if not all(path.exists() for path in files)]
    done = len(tasks) - sum(len(batches[number]) for number in lacking)

    def attribute_of(number: int) -> str:
        return str(batches[number]["attribute"].iloc[0])

    bar = reporter.bar(f"{title}: edit {protocol.name}", len(tasks))
    with deferred_interruption() as stop, bar as advance, ImageWriter() as writer:
        advance(done)
        edited = edited_by_turns(
            lacking,
            lambda number: attribute_of(number) in refused,
            _editing(editor, card, given, batches, seed, compute, title),
            processes,
        )
        for number, (images, seconds, reason) in edited:
            if attribute_of(number) in refused:  # by a batch of the same turn
                continue
            if images is None:
                refused[attribute_of(number)] = reason
                continue
            least_levels.append(int(images.min()))
            for path, image in zip(paths[number], images, strict=True):
                if not path.exists():
                    writer.write(path, image)
            milliseconds.append(1000 * seconds / len(images))
            done += len(images)
            advance(done, f"{len(images) / max(seconds, 1e-9):.0f} images/s")
            stop.check(f"editing {protocol.name}")
    answered = without_attributes(tasks, refused)
    if answered.empty:
        raise CannotEdit(next(iter(refused.values())))
    if least_levels and min(least_levels) >= MIDDLE_LEVEL:
        reporter.say(
            f"{title}: no edit of {protocol.name} has a value below 0; edits are in [-1, 1], "
            "so if these are in [0, 1], return 2 * image - 1"
        )
    with replacing(folder / TASK_TABLE) as temporary:
        answered.drop(columns=["target_row", "source_row"]).to_parquet(temporary)
    if not (folder / COST).exists():
        if not milliseconds:  # stopped after the last image of an earlier sitting
            (first, *_) = batches_of_tasks(answered, batch_size)
            _, seconds = _edit_batch(editor, card, given(first), seed, compute)
            milliseconds.append(1000 * seconds / len(first))
        one = visible_to(card, given(answered.iloc[:1])).to(compute.device)
        cost = _cost(editor, one, milliseconds, compute)
        write_text_atomically(folder / COST, json.dumps(cost, indent=2) + "\n")
    return refused


def follow_edits(
    editor: FaceEditor,
    card: MethodCard,
    protocol: Protocol,
    dataset: FaceDataset,
    tasks: pd.DataFrame,
    *,
    batch_size: int,
    seed: int,
    compute: Compute,
    title: str,
    processes: Processes,
) -> None:
    """Edit with the first process, which is in `edit_tasks` with the same arguments; nothing is written."""
    given = partial(protocol.batch, dataset, hints=card.takes_hints)
    batches = batches_of_tasks(tasks, batch_size)
    with deferred_interruption():  # the first process says when to stop
        follow_turns(_editing(editor, card, given, batches, seed, compute, title), processes)


def _editing(
    editor: FaceEditor,
    card: MethodCard,
    given: Callable[[pd.DataFrame], EditBatch],
    batches: Sequence[pd.DataFrame],
    seed: int,
    compute: Compute,
    title: str,
) -> Callable[[int], EditedBatch]:
    """What edits a batch by its number."""

    def edit(number: int) -> EditedBatch:
        try:
            return EditedBatch(*_edit_batch(editor, card, given(batches[number]), seed + number, compute), reason="")
        except CannotEdit as reason:
            return EditedBatch(None, 0.0, str(reason) or f"{title} cannot do this, and does not say why")

    return edit


def read_edits(folder: Path, tasks: pd.DataFrame, size: int) -> NDArray[np.uint8]:
    """The edits of N tasks: (N, H, W, 3) uint8 RGB.

    Raises:
        EditError: if a file is missing, damaged, or of another size.
    """
    images = []
    for task in tasks["task"]:
        path = edit_path(folder, task)
        try:
            image = decode_image(path.read_bytes())
        except FileNotFoundError as error:
            raise EditError(f"{path} is missing; edit again") from error
        except UnreadableImageError as error:
            raise EditError(f"{path} {error}; delete it and edit again") from error
        if image.shape != (size, size, 3):
            height, width, _ = image.shape
            raise EditError(f"{path} is {width}×{height}, not {size}×{size}; delete it and edit again")
        images.append(image)
    return np.stack(images)


def _edit_batch(
    editor: FaceEditor, card: MethodCard, tasks: EditBatch, seed: int, compute: Compute
) -> tuple[Pixels, float]:
    check_inputs(card, tasks)
    moved = visible_to(card, tasks).to(compute.device)
    seed_everything(seed)
    started = now(compute)
    with torch.inference_mode(), compute.autocast():
        edited = call_edit(editor, moved)
    seconds = now(compute) - started
    check_images(editor, moved, edited)
    if isinstance(editor, ProcessMethod) and editor.seconds is not None:
        seconds = editor.seconds  # without the files that go to and fro
    return image_array(edited), seconds


def _cost(editor: FaceEditor, one: EditBatch, milliseconds: list[float], compute: Compute) -> dict[str, Any]:
    peak = peak_memory_mib(compute)
    parameters, flops = None, None
    if isinstance(editor, ProcessMethod):
        peak = None  # this process's, not the method's
    else:
        parameters, flops = edit_complexity(editor, one, compute)
    return {
        "parameters": parameters,
        "flops": flops,
        "edit_ms": statistics.median(milliseconds),
        "peak_memory_mib": peak,
        "device": compute.hardware,
    }
