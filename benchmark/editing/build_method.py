"""Builds a method's editor for an experiment, and fills it from a published checkpoint where one is given."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from benchmark.config.evaluation_spec import Options
from benchmark.config.experiment import Experiment
from benchmark.editing.given_stages import fill, given_stages, is_training_checkpoint
from benchmark.editing.option_weights import OptionWeights, option_weights, with_paths
from benchmark.editing.process.process_method import ProcessMethod
from benchmark.runtime.atomic_files import sha256_of_given
from benchmark.runtime.checked_files import check_archive
from benchmark.runtime.device import seed_everything
from benchmark.training.finished_stages import trained_weights
from benchmark.weights.locate import Weights
from methods.base import FaceEditor, Stage
from methods.checkpoint import CheckpointError, load_strictly, read_content
from registry import METHODS
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError, PluginError, building, not_built, plugin_boundary, unknown


@dataclass(frozen=True)
class Checkpoint:
    """The checkpoint file that filled a model.

    Attributes:
        origin: "published" of one network, as authors share it; "checkpoint" of what a stage of a run left.
    """

    origin: Literal["published", "checkpoint"]
    sha256: str | None


@dataclass(frozen=True)
class Editor:
    """A method's model, and where its weights come from.

    Attributes:
        model: as built, or filled from the checkpoint.
        checkpoint: the file that filled it; None if it is to be trained.
        given: tensors, by the model's names, that take the place of training a stage, by stage.
        begun: by stage, the content of a checkpoint of its training elsewhere that its own goes on from.
    """

    model: FaceEditor
    checkpoint: Checkpoint | None
    given: Mapping[str, Mapping[str, Tensor]] = field(default_factory=dict)
    begun: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def build_editor(experiment: Experiment, files: Mapping[str, OptionWeights] | None = None) -> Editor:
    """Build the editor from the experiment's options, seeded.

    Args:
        experiment: its method.
        files: weights files that its options name, by option; looked for where left out.

    Raises:
        InputError: if an option is impossible, or the checkpoint does not fit.
        PluginError: if the method fails otherwise, or is none.
    """
    method = experiment.method
    options = with_paths(method.options, option_weights(method.options, Weights()) if files is None else files)
    seed_everything(method.seed)
    model = _built(experiment, options)
    if method.checkpoint is None:
        if method.network is not None:
            raise InputError(f"--network {method.network} says what a checkpoint fills; give --checkpoint too")
        return Editor(model, None, *given_stages(model, method))
    origin = _fill(model, Path(method.checkpoint), method.label, method.network)
    return Editor(model, Checkpoint(origin, sha256_of_given(method.checkpoint)))


def _fill(model: FaceEditor, path: Path, label: str, network: str | None) -> Literal["published", "checkpoint"]:
    """Load one of the model's networks from a published file, or all of it from one that a stage of training left.

    Returns:
        Which of the two the file is.
    """
    networks = model.published_networks()
    key, _, role = (network or "").rpartition(":")
    role = role or next(iter(networks), "")
    if not networks and not model.state_dict():
        raise InputError(f"{label} takes no checkpoint: it has no networks")
    if networks and role not in networks:
        raise InputError(unknown(f"network of {label}", role, networks))
    try:
        if zipfile.is_zipfile(path):  # what torch wrote before version 1.6 is no archive, and has no checksums
            check_archive(path)
        content = read_content(path)
        if not is_training_checkpoint(content):
            if not networks:
                raise InputError(f"{label} takes no published file: it names no network that one fills")
            fill(model, path, content, f"{key}:{role}")
            return "published"
    except ValueError as error:
        raise InputError(f"--checkpoint {path}{f', network {role}' if role else ''}: {error}") from error
    try:
        load_strictly(model, trained_weights(path, content, model.state_dict()))
    except ValueError as error:
        raise InputError(f"--checkpoint {path} is no checkpoint of {label}: {error}") from error
    return "checkpoint"


def _built(experiment: Experiment, options: Options) -> FaceEditor:
    method = experiment.method
    entry = METHOD_CARDS.find(method.name)
    if entry.card.command:
        return ProcessMethod(entry.card, Path(entry.place).parent, size=experiment.evaluation.dataset.size, **options)
    editor_class = METHODS.get(method.name)
    try:
        with building(method.label, f"{editor_class.__name__}.__init__"):
            model = editor_class(size=experiment.evaluation.dataset.size, **options)
    except CheckpointError as error:
        raise not_built(method.label, error) from error
    if not isinstance(model, FaceEditor):
        raise PluginError(f"{method.label} is built as {type(model).__qualname__}, where a FaceEditor was expected")
    with plugin_boundary(f"{editor_class.__name__}.stages"):
        stages = model.stages()
    if not (isinstance(stages, Sequence) and all(isinstance(stage, Stage) for stage in stages)):
        raise PluginError(f"{editor_class.__name__}.stages gave {stages!r}, where a list of Stage was expected")
    return model
