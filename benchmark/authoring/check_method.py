"""Checks a method against the contract of `methods/base.py` on two rendered faces, before hours depend on it."""

from __future__ import annotations

import copy
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmark.config.evaluation_spec import Options
from benchmark.config.experiment import Experiment, over_seeds
from benchmark.config.training_length import over_faces
from benchmark.datasets.base import FaceDataset
from benchmark.editing.build_method import build_editor
from benchmark.editing.checked_edit import call_edit, visible_to
from benchmark.runtime.device import Compute, choose_compute, seed_everything
from benchmark.training.loss_scale import loss_scale
from benchmark.training.losses import checked_losses
from benchmark.training.stage_optimizers import StageOptimizers
from benchmark.training.train import move_to_device
from methods.base import CannotEdit, EditBatch, FaceBatch, FaceEditor, Stage
from registry import DATASETS, PROTOCOLS
from registry.cards import MethodCard
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError, PluginError

NUM_FACES = 2
STEPS = 10
LEAST_FALL = 1e-4
"""Share of its first value that a loss must lose in `STEPS` steps; rounding alone changes it by less."""
OVERSHOOT = 1e-3
"""How far beyond [-1, 1] rounding may carry a value."""
NEIGHBOURS_CHANGE = 1e-3
"""How much rounding may change a value where another task is in the batch."""


@dataclass(frozen=True)
class _Edit:
    """What the method made of a protocol's tasks.

    Attributes:
        tasks: on the compute device, as no edit has touched them.
        beside: the first of the tasks beside another one.
        images: its images of the tasks.
    """

    tasks: EditBatch
    beside: EditBatch
    images: Tensor


Edited = dict[str, _Edit]
"""By protocol, what the method made of its tasks."""


class _Violation(Exception):
    """What a method does against the contract, in words."""


@dataclass(frozen=True)
class Finding:
    """One check of a method: whether it passed, and what was seen."""

    check: str
    passed: bool
    seen: str


def check_method(experiment: Experiment) -> Iterator[Finding]:
    """Check the experiment's method as a run uses it, on the same device in the same precision, a finding at a time.

    Args:
        experiment: names the method with its options, the size to build it at, the protocols to check, and how
            networks run.
    """
    experiment = over_faces(experiment, NUM_FACES)
    size = experiment.evaluation.dataset.size
    compute = choose_compute(**experiment.evaluation.compute.model_dump())
    card = METHOD_CARDS.find(experiment.method.name).card
    try:
        editor = build_editor(experiment).model
        stages = [stage for stage in editor.stages() if stage.iterations > 0]
    except Exception as error:  # a method under development fails in any way it can
        yield Finding("builds", False, _words(error))
        return
    yield Finding("builds", True, f"{type(editor).__name__} for {size}×{size}, {compute.described}")
    try:
        yield from _check_built(experiment, editor, stages, card, compute)
    finally:
        editor.close()


def _check_built(
    experiment: Experiment, editor: FaceEditor, stages: Sequence[Stage], card: MethodCard, compute: Compute
) -> Iterator[Finding]:
    move_to_device(editor, compute)
    edited: Edited = {}
    with tempfile.TemporaryDirectory() as cache:
        # a dozen faces to draw the tasks of two from: with and without a smile
        faces: FaceDataset = DATASETS.get("rendered-faces")(
            root=None, size=experiment.evaluation.dataset.size, cache=Path(cache), train=NUM_FACES, val=1, test=12
        )
        for stage in stages:
            yield _finding(f"learns in stage {stage.name}", _learn, editor, stage, faces, compute)
        if not stages:
            yield _finding("learns", _needs_no_stage, editor, card)
        editor.eval()
        for name, options in experiment.evaluation.protocols.items():
            protocol_tasks = partial(_tasks, name, options, faces, card, compute)
            yield _finding(f"takes part in {name}", _take_part, editor, name, protocol_tasks, compute, edited)
    if edited:
        yield _finding("gives images of the requested shape", _shape, edited)
        yield _finding("gives values in [-1, 1]", _range, edited)
        yield _finding("leaves its inputs as they are", _inputs, editor, edited, compute)
        yield _finding("edits a face alike whatever is beside it", _neighbours, editor, edited, compute)
        yield _finding("gives the same images again", _same, editor, edited, compute)
        yield _finding("gives the same images saved and loaded", _saved, editor, edited, experiment, compute)


def _finding(check: str, look: Callable[..., str], *given: Any) -> Finding:
    try:
        return Finding(check, True, look(*given))
    except Exception as error:
        return Finding(check, False, _words(error))


def _words(error: Exception) -> str:
    """An error on one line; of one that does not speak to users, its kind too."""
    line = " ".join(str(error).split())
    return line if isinstance(error, _Violation | InputError | PluginError) else f"{type(error).__name__}: {line}"


def _learn(editor: FaceEditor, stage: Stage, faces: FaceDataset, compute: Compute) -> str:
    batch = faces.batch(faces.rows("train")).to(compute.device, channels_last=compute.channels_last)
    editor.begin_stage(stage)
    optim = StageOptimizers(editor.optimizers(stage), scale=loss_scale(compute))
    editor.train()
    losses: dict[str, list[float]] = {}
    for _ in range(STEPS):
        seed_everything(0)  # the same noise every time, so that nothing but learning changes a loss
        with compute.autocast():
            given = editor.train_step(batch, optim)
        optim.finish()
        for name, value in checked_losses(f"{type(editor).__name__}.train_step", given).items():
            losses.setdefault(name, []).append(float(torch.as_tensor(value).detach()))
    if not losses:
        raise _Violation("train_step gives no loss")
    for name, values in losses.items():
        if not torch.tensor(values).isfinite().all():
            raise _Violation(f"loss {name} is not finite")
    lost = {name: (values[0] - values[-1]) / (abs(values[0]) or 1.0) for name, values in losses.items()}
    best = max(lost, key=lambda name: lost[name])
    seen = f"{best} from {losses[best][0]:.4g} to {losses[best][-1]:.4g} in {STEPS} steps on {NUM_FACES} faces"
    if lost[best] < LEAST_FALL:
        raise _Violation(f"no loss falls: {seen}")
    return seen


def _needs_no_stage(editor: FaceEditor, card: MethodCard) -> str:
    if card.kind != "learned" or editor.published_networks():
        return "nothing to train"
    if not editor.provenance():
        return (
            "nothing to train: results call its weights pretrained, and no provenance() says where they come from; one "
            "without weights is of kind classical"
        )
    return "nothing to train: results call its weights pretrained"


def _tasks(
    name: str, options: Options, faces: FaceDataset, card: MethodCard, compute: Compute
) -> tuple[EditBatch, EditBatch]:
    """Two tasks of a protocol, and the first of them beside a third, as a run hands them to the method."""
    protocol = PROTOCOLS.get(name)(**options)
    rows = protocol.tasks(faces, seed=0, limit=NUM_FACES + 1)
    first, beside = (
        protocol.batch(faces, chosen, hints=card.takes_hints)
        for chosen in (rows.iloc[:NUM_FACES], rows.iloc[:: len(rows) - 1])
    )
    for field, tensor in _tensors(first.to("meta")):
        if not tensor.is_meta:
            raise _Violation(f"{type(first).__name__}.to leaves {field} where it was")
    return visible_to(card, first).to(compute.device), visible_to(card, beside).to(compute.device)


def _take_part(
    editor: FaceEditor,
    name: str,
    protocol_tasks: Callable[[], tuple[EditBatch, EditBatch]],
    compute: Compute,
    edited: Edited,
) -> str:
    tasks, beside = protocol_tasks()
    try:
        images = _edit(editor, _copied(tasks), compute)
    except CannotEdit as error:
        return f"cannot: {error}"
    if not isinstance(images, Tensor):
        raise _Violation(f"edit gives {type(images).__name__}, not a tensor")
    edited[name] = _Edit(tasks, beside, images)
    return f"{len(tasks)} tasks"


def _shape(edited: Edited) -> str:
    for name, edit in edited.items():
        expected, given = tuple(edit.tasks.target.image.shape), tuple(edit.images.shape)
        if given != expected:
            raise _Violation(f"{given} in {name}, where {expected} were asked for")
    return str(expected)


def _range(edited: Edited) -> str:
    everything = torch.cat([edit.images.float().flatten() for edit in edited.values()])
    if not everything.isfinite().all():
        raise _Violation("values that are not finite")
    least, greatest = everything.min().item(), everything.max().item()
    seen = f"{least:.4g} to {greatest:.4g}"
    if max(-least, greatest) > 1 + OVERSHOOT:
        raise _Violation(f"values from {seen}")
    return seen if least < 0 else f"{seen}; none is below 0, so if these are in [0, 1], return 2 * image - 1"


def _inputs(editor: FaceEditor, edited: Edited, compute: Compute) -> str:
    for name, edit in edited.items():
        given = _copied(edit.tasks)
        _edit(editor, given, compute)
        for (field, before), (_, after) in zip(_tensors(edit.tasks), _tensors(given), strict=True):
            if not torch.equal(before, after):
                raise _Violation(f"edit overwrites tasks.{field} in {name}")
    return "to the bit"


def _neighbours(editor: FaceEditor, edited: Edited, compute: Compute) -> str:
    """Edit the first task beside another one: batches of one shape, so that arithmetic and noise are the same."""
    for name, edit in edited.items():
        other = _edit(editor, _copied(edit.beside), compute)
        difference = (other[0].float() - edit.images[0].float()).abs().max().item()
        if difference > NEIGHBOURS_CHANGE:
            raise _Violation(f"in {name} an image differs by {difference:.4g} where another task is beside it")
    return "to the bit" if not difference else f"to {difference:.1g}"


def _same(editor: FaceEditor, edited: Edited, compute: Compute) -> str:
    for name, edit in edited.items():
        if not torch.equal(_edit(editor, _copied(edit.tasks), compute), edit.images):
            raise _Violation(f"other images in {name}")
    return "to the bit"


def _saved(editor: FaceEditor, edited: Edited, experiment: Experiment, compute: Compute) -> str:
    """Ask another editor, built from another seed, with the weights of this one as a checkpoint holds them."""
    file = io.BytesIO()
    torch.save(editor.state_dict(), file)
    file.seek(0)
    (reseeded,) = over_seeds(experiment, [experiment.method.seed + 1])
    other = build_editor(reseeded).model
    other.load_state_dict(torch.load(file, weights_only=True, map_location="cpu"))
    move_to_device(other, compute)
    other.eval()
    try:
        return _same(other, edited, compute)
    finally:
        other.close()


def _edit(editor: FaceEditor, tasks: EditBatch, compute: Compute) -> Tensor:
    seed_everything(0)
    with torch.inference_mode(), compute.autocast():
        return call_edit(editor, tasks)


def _tensors(batch: EditBatch | FaceBatch) -> Iterator[tuple[str, Tensor]]:
    """The tensors of a batch under their fields' names, but those that a batch keeps on the host."""
    for field in fields(batch):
        value = getattr(batch, field.name)
        if isinstance(value, Tensor) and field.name != "loaded_attributes":
            yield field.name, value
        elif isinstance(value, FaceBatch):
            yield from ((f"{field.name}.{inner}", tensor) for inner, tensor in _tensors(value))


def _copied(tasks: EditBatch) -> EditBatch:
    """Tasks in memory of their own."""
    return copy.deepcopy(tasks)
