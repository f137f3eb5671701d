"""Checks a method against the contract of `methods/base.py` on two rendered faces, before hours depend on it."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmark.config.evaluation_spec import Options
from benchmark.config.experiment import Experiment, over_seeds
from benchmark.config.training_length import over_faces
from benchmark.datasets.base import FaceDataset
from benchmark.editing.build_method import build_editor
from benchmark.runtime.device import seed_everything
from methods.base import CannotEdit, EditBatch, FaceEditor, Stage
from registry import DATASETS, PROTOCOLS
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError

NUM_FACES = 2
STEPS = 10
LEAST_FALL = 1e-4
"""Share of its first value that a loss must lose in `STEPS` steps; rounding alone changes it by less."""
OVERSHOOT = 1e-3
"""How far beyond [-1, 1] rounding may carry a value."""

Edited = dict[str, tuple[EditBatch, Tensor]]
"""By protocol, the tasks that the method did and its images of them."""


class _Violation(Exception):
    """What a method does against the contract, in words."""


@dataclass(frozen=True)
class Finding:
    """One check of a method: whether it passed, and what was seen."""

    check: str
    passed: bool
    seen: str


def check_method(experiment: Experiment) -> Iterator[Finding]:
    """Check the experiment's method on the CPU, a finding at a time.

    Args:
        experiment: names the method with its options, the size to build it at, and the protocols to check.
    """
    size = experiment.evaluation.dataset.size
    try:
        editor = build_editor(over_faces(experiment, NUM_FACES)).model
        stages = [stage for stage in editor.stages() if stage.iterations > 0]
    except Exception as error:  # a method under development fails in any way it can
        yield Finding("builds", False, _words(error))
        return
    yield Finding("builds", True, f"{type(editor).__name__} for {size}×{size}")
    edited: Edited = {}
    with tempfile.TemporaryDirectory() as cache:
        # a dozen faces to draw the tasks of two from: with and without a smile
        faces: FaceDataset = DATASETS.get("rendered-faces")(
            root=None, size=size, cache=Path(cache), train=NUM_FACES, val=1, test=12
        )
        for stage in stages:
            yield _finding(f"learns in stage {stage.name}", _learn, editor, stage, faces)
        if not stages:
            yield _finding("learns", _needs_no_stage, editor, experiment.method.name)
        editor.eval()
        for name, options in experiment.evaluation.protocols.items():
            yield _finding(f"takes part in {name}", _take_part, editor, name, options, faces, edited)
    if edited:
        yield _finding("gives images of the asked shape", _shape, edited)
        yield _finding("gives values in [-1, 1]", _range, edited)
        yield _finding("gives the same images again", _same, editor, edited)
        yield _finding("gives the same images saved and loaded", _saved, editor, edited, experiment)


def _finding(check: str, look: Callable[..., str], *given: Any) -> Finding:
    try:
        return Finding(check, True, look(*given))
    except Exception as error:
        return Finding(check, False, _words(error))


def _words(error: Exception) -> str:
    """An error on one line; of one that does not speak to users, its kind too."""
    line = " ".join(str(error).split())
    return line if isinstance(error, _Violation | InputError) else f"{type(error).__name__}: {line}"


def _learn(editor: FaceEditor, stage: Stage, faces: FaceDataset) -> str:
    batch = faces.batch(faces.rows("train"))
    editor.begin_stage(stage)
    optim = editor.optimizers(stage)
    editor.train()
    losses: dict[str, list[float]] = {}
    for _ in range(STEPS):
        seed_everything(0)  # the same noise every time, so that nothing but learning changes a loss
        for name, value in editor.train_step(batch, optim).items():
            if not isinstance(value, Tensor) or value.numel() != 1:
                raise _Violation(f"loss {name} is {type(value).__name__}, not a tensor of one number")
            losses.setdefault(name, []).append(float(value.detach()))
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


def _needs_no_stage(editor: FaceEditor, method: str) -> str:
    if METHOD_CARDS.find(method).card.kind == "learned" and not editor.published_networks():
        raise _Violation("its card says learned, but it has no stage to train and no network that a checkpoint fills")
    return "nothing to train"


def _take_part(editor: FaceEditor, name: str, options: Options, faces: FaceDataset, edited: Edited) -> str:
    protocol = PROTOCOLS.get(name)(**options)
    tasks = protocol.batch(faces, protocol.tasks(faces, seed=0, limit=NUM_FACES))
    try:
        images = _edit(editor, tasks)
    except CannotEdit as error:
        return f"cannot: {error}"
    if not isinstance(images, Tensor):
        raise _Violation(f"edit gives {type(images).__name__}, not a tensor")
    edited[name] = tasks, images
    return f"{len(tasks)} tasks"


def _shape(edited: Edited) -> str:
    for name, (tasks, images) in edited.items():
        expected, given = tuple(tasks.target.image.shape), tuple(images.shape)
        if given != expected:
            raise _Violation(f"{given} in {name}, where {expected} were asked for")
    return str(expected)


def _range(edited: Edited) -> str:
    everything = torch.cat([images.float().flatten() for _, images in edited.values()])
    if not everything.isfinite().all():
        raise _Violation("values that are not finite")
    least, greatest = everything.min().item(), everything.max().item()
    if max(-least, greatest) > 1 + OVERSHOOT:
        raise _Violation(f"values from {least:.4g} to {greatest:.4g}")
    return f"{least:.4g} to {greatest:.4g}"


def _same(editor: FaceEditor, edited: Edited) -> str:
    for name, (tasks, images) in edited.items():
        if not torch.equal(_edit(editor, tasks), images):
            raise _Violation(f"other images in {name}")
    return "to the bit"


def _saved(editor: FaceEditor, edited: Edited, experiment: Experiment) -> str:
    """Ask another editor, built from another seed, with the weights of this one as a checkpoint holds them."""
    file = io.BytesIO()
    torch.save(editor.state_dict(), file)
    file.seek(0)
    (reseeded,) = over_seeds(experiment, [experiment.method.seed + 1])
    other = build_editor(reseeded).model
    other.load_state_dict(torch.load(file, weights_only=True))
    other.eval()
    return _same(other, edited)


def _edit(editor: FaceEditor, tasks: EditBatch) -> Tensor:
    seed_everything(0)
    with torch.inference_mode():
        return editor.edit(tasks)
