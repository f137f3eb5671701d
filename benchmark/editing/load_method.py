"""Loads a method with weights that a run of it left, or that its authors published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.config.experiment import Experiment
from benchmark.config.option_attributes import option_attributes
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource, read_config
from benchmark.config.training_length import over_faces
from benchmark.editing.build_method import build_editor
from benchmark.editing.edit_arrays import LoadedMethod, unchanged_random_state
from benchmark.results.run_folder import CHECKPOINTS, EXPERIMENT, checkpoint_path
from benchmark.runtime.device import choose_compute
from benchmark.training.train import move_to_device
from methods.base import FaceEditor
from methods.labels import ATTRIBUTES
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError


def load_method(name: str, checkpoint: Path | None, sources: Sequence[ConfigSource], device: str) -> LoadedMethod:
    """Load a method.

    Args:
        name: registered name, with its variant.
        checkpoint: a run folder, whose last stage's weights are taken; a checkpoint in one; or a published file.
        sources: settings over those of the run that the checkpoint lies in, or over the presets.
        device: where it runs; whatever device a run was made on.

    Raises:
        InputError: if the method is trained and there is no checkpoint, or the checkpoint is of another method, not
            finished, damaged, or does not fit.
    """
    run = None if checkpoint is None else _run_of(checkpoint)
    experiment = resolve([*_settings_of(name, run), *sources])
    if run is not None and name not in (experiment.method.name, experiment.label):
        raise InputError(f"{run} is a run of {experiment.label}, not of {name}")
    method, evaluation = experiment.method, experiment.evaluation
    compute = choose_compute(**(evaluation.compute.model_dump() | {"device": device, "deterministic": False}))
    with unchanged_random_state():
        model = _filled(experiment, checkpoint, run)
    move_to_device(model, compute)
    model.eval()
    card = METHOD_CARDS.find(method.name).card
    own = [attribute for attribute in option_attributes(method.options) if attribute not in ATTRIBUTES]
    size, seed = evaluation.dataset.size, method.seed
    return LoadedMethod(model, card, method.label, size, seed, compute, (*ATTRIBUTES, *own))


def _run_of(checkpoint: Path) -> Path | None:
    """The run folder that a checkpoint is or lies in; None of a file that was published."""
    if not checkpoint.exists():
        raise InputError(f"{checkpoint}: no such run folder or checkpoint file")
    if checkpoint.is_dir():
        if not (checkpoint / EXPERIMENT).is_file():
            raise InputError(f"{checkpoint} is no folder of a finished run: it holds no {EXPERIMENT}")
        return checkpoint
    folder = checkpoint.absolute().parent
    within = folder.name == CHECKPOINTS and (folder.parent / EXPERIMENT).is_file()
    return checkpoint.parent.parent if within else None


def _settings_of(name: str, run: Path | None) -> list[ConfigSource]:
    if run is None:
        return [ConfigSource({"method": name}, COMMAND)]
    return [read_config(run / EXPERIMENT)]


def _filled(experiment: Experiment, checkpoint: Path | None, run: Path | None) -> FaceEditor:
    if checkpoint is not None and checkpoint.is_file():
        return _filled_from(experiment, checkpoint, experiment.method.network if run is None else None)
    # over however many faces: a length in epochs is none yet; what training started from need not be there any more
    editor = build_editor(over_faces(_without_start(experiment), 1))
    stages = [stage for stage in editor.model.stages() if stage.iterations > 0]
    if not stages or editor.checkpoint is not None:
        return editor.model
    if run is None:
        raise InputError(
            f"{experiment.label} edits with trained weights: give a checkpoint, which is a run folder, a file of its "
            f"{CHECKPOINTS}/, or a published file"
        )
    path = checkpoint_path(run, stages[-1].name)
    if not path.is_file():
        raise InputError(f"{path}: no such checkpoint; the run's training is not finished")
    return _filled_from(experiment, path, None)


def _filled_from(experiment: Experiment, path: Path, network: str | None) -> FaceEditor:
    return build_editor(_with_method(experiment, checkpoint=str(path), network=network)).model


def _without_start(experiment: Experiment) -> Experiment:
    return _with_method(experiment, start={})


def _with_method(experiment: Experiment, **changes: Any) -> Experiment:
    return experiment.model_copy(update={"method": experiment.method.model_copy(update=changes)})
