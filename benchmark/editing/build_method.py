"""Builds a method's editor for an experiment, and fills it from a published checkpoint where one is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmark.config.experiment import Experiment
from benchmark.editing.option_weights import OptionWeights, option_weights, with_paths
from benchmark.runtime.atomic_files import sha256_of
from benchmark.runtime.device import seed_everything
from benchmark.weights.locate import Weights
from methods.base import FaceEditor
from methods.checkpoint import load_strictly, read_state_dict
from registry import METHODS
from registry.errors import InputError, unknown


@dataclass(frozen=True)
class Editor:
    """A method's model, and where its weights come from.

    Attributes:
        published_sha256: of the checkpoint file that filled it; None if it is to be trained.
    """

    model: FaceEditor
    published_sha256: str | None


def build_editor(experiment: Experiment, files: Mapping[str, OptionWeights] | None = None) -> Editor:
    """Build the editor from the experiment's options, seeded.

    Args:
        experiment: its method.
        files: weights files that its options name, by option; looked for where left out.

    Raises:
        InputError: if an option is impossible, or the checkpoint does not fit.
    """
    method = experiment.method
    options = with_paths(method.options, option_weights(method.options, Weights()) if files is None else files)
    seed_everything(method.seed)
    try:
        model: FaceEditor = METHODS.get(method.name)(size=experiment.evaluation.dataset.size, **options)
    except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"{method.label} cannot be built: {reason}") from error
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
