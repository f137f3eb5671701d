"""Builds a method's editor for an experiment, and fills it from a published checkpoint where one is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmark.config.experiment import Experiment
from benchmark.runtime.atomic_files import sha256_of
from benchmark.runtime.device import seed_everything
from methods.base import FaceEditor, Stage
from methods.checkpoint import load_strictly, read_state_dict
from registry import METHODS
from registry.errors import InputError, PluginError, plugin_boundary, unknown


@dataclass(frozen=True)
class Editor:
    """A method's model, and where its weights come from.

    Attributes:
        published_sha256: of the checkpoint file that filled it; None if it is to be trained.
    """

    model: FaceEditor
    published_sha256: str | None


def build_editor(experiment: Experiment) -> Editor:
    """Build the editor from the experiment's options, seeded.

    Raises:
        InputError: if an option is impossible, or the checkpoint does not fit.
        PluginError: if the method fails otherwise, or is none.
    """
    method = experiment.method
    seed_everything(method.seed)
    model = _built(experiment)
    if method.checkpoint is None:
        if method.network is not None:
            raise InputError(f"--network {method.network} says what a checkpoint fills; give --checkpoint too")
        return Editor(model, None)
    path = Path(method.checkpoint)
    networks = model.published_networks()
    if not networks:
        raise InputError(f"{method.name} takes no checkpoint: it has no networks")
    role = method.network or next(iter(networks))
    if role not in networks:
        raise InputError(unknown(f"network of {method.label}", role, networks))
    try:
        load_strictly(networks[role], read_state_dict(path, role), rename=partial(model.published_key, role))
    except ValueError as error:
        raise InputError(f"--checkpoint {path}, network {role}: {error}") from error
    return Editor(model, sha256_of(path))


def _built(experiment: Experiment) -> FaceEditor:
    method = experiment.method
    editor_class = METHODS.get(method.name)
    with plugin_boundary(f"{editor_class.__name__}.__init__"):
        try:
            model = editor_class(size=experiment.evaluation.dataset.size, **method.options)
        except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise InputError(f"{method.label} cannot be built: {reason}") from error
    if not isinstance(model, FaceEditor):
        raise PluginError(f"{method.label} is built as {type(model).__qualname__}, where a FaceEditor was expected")
    with plugin_boundary(f"{editor_class.__name__}.stages"):
        stages = model.stages()
    if not (isinstance(stages, Sequence) and all(isinstance(stage, Stage) for stage in stages)):
        raise PluginError(f"{editor_class.__name__}.stages gave {stages!r}, where a list of Stage was expected")
    return model
