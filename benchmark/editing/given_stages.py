"""Networks that files give in place of training a stage, read strictly and named as the method's model names them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any, Final

from torch import Tensor, nn

from benchmark.config.experiment import MethodSpec
from benchmark.editing.option_weights import OptionWeights
from benchmark.runtime.atomic_files import sha256_of_given
from benchmark.training.finished_stages import stage_weights
from benchmark.training.warm_start import is_state_of_training
from methods.base import FaceEditor, Stage
from methods.checkpoint import load_strictly, read_content, take_network
from registry.errors import InputError, unknown

START: Final = "start"
"""The setting that names the files."""


def start_files(method: MethodSpec) -> dict[str, OptionWeights]:
    """The files that stages start from, by the key that names each."""
    return {key: OptionWeights(file, Path(file), sha256_of_given(file)) for key, file in method.start_files.items()}


def start_notes(method: MethodSpec, begun: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What a result says of the files, by the key that names each.

    Args:
        method: names them.
        begun: the content of those that a stage goes on from.
    """
    notes = {}
    for key, file in start_files(method).items():
        said = "in place of training that stage, whose cost is not counted"
        content = begun.get(key.removeprefix(f"{START}."))
        if content is not None:
            said = f"that stage went on from its iteration {content['meta']['iter']:,}, under options of its own"
        notes[key] = f"SHA-256 {file.sha256}, {said}"
    return notes


def given_stages(
    model: FaceEditor, method: MethodSpec
) -> tuple[dict[str, dict[str, Tensor]], dict[str, Mapping[str, Any]]]:
    """The networks that take the place of training a stage, as tensors by the model's names, by stage.

    Args:
        model: of the method; it is left as it is.
        method: names the files.

    Returns:
        Those, and by stage the content of a checkpoint of its training elsewhere that its own is to go on from.

    Raises:
        InputError: if a stage or a network is none of the method's, a stage would not train, none is left to train, or
            a file does not fit.
    """
    stages = {stage.name: stage for stage in model.stages()}
    lengths = {name: stage.iterations for name, stage in stages.items()}
    given: dict[str, dict[str, Tensor]] = {}
    begun: dict[str, Mapping[str, Any]] = {}
    for stage, files in method.start.items():
        if stage not in lengths:
            raise InputError(f"{START}.{stage}: {unknown(f'stage of {method.label}', stage, lengths)}")
        if not lengths[stage]:
            raise InputError(
                f"{START}.{stage}: {method.label} trains that stage for 0 iterations; leave its length as it is, since "
                "a file takes the place of its training"
            )
        if isinstance(files, str):
            path = Path(files)
            try:
                content = _left_by_stage(model, stage, path)
                if is_state_of_training(content):
                    begun[stage] = _state(model, stages[stage], content)
                else:
                    given[stage] = _networks(model, content)
            except ValueError as error:
                said = f"{START}.{stage}={path}: {_without_path(error, path)}"
                raise InputError(f"{said}; a run of {method.label} has its own in checkpoints/{stage}.pth") from error
        else:
            given[stage] = {}
            for role, file in files.items():
                given[stage] |= _published(model, stage, role, Path(file), method.label)
    for stage in begun:
        before = list(lengths)[: list(lengths).index(stage)]
        for missing in (name for name in before if lengths[name] and name not in given):
            raise InputError(
                f"{START}.{stage} goes on within that stage: give what the stage before it left there too, by "
                f"{START}.{missing}=FILE"
            )
    if given and not any(count for stage, count in lengths.items() if stage not in given):
        raise InputError(f"{START} leaves nothing to train: give {method.label} its weights by --checkpoint instead")
    return given, begun


def fill(model: FaceEditor, path: Path, content: Any, network: str) -> nn.Module:
    """Load one of a model's networks from what a published file has.

    Args:
        model: of the network.
        path: of the file, as messages name it.
        content: of the file.
        network: the network's role, after the key that the file has it under where it says one: `KEY:ROLE`.

    Returns:
        The network.

    Raises:
        CheckpointError: if the file does not fit it.
    """
    networks = model.published_networks()
    key, _, role = network.rpartition(":")
    tensors = take_network(path, content, role, key=key or None, others=networks.keys() - {role})
    load_strictly(networks[role], tensors, rename=partial(model.published_key, role))
    return networks[role]


def is_training_checkpoint(content: Any) -> bool:
    """Whether a file has all of a method, as stages leave it, rather than one published network."""
    meta = content.get("meta") if isinstance(content, Mapping) and "state_dict" in content else None
    return isinstance(meta, Mapping) and "finished" in meta


def _left_by_stage(model: FaceEditor, stage: str, path: Path) -> Mapping[str, Any]:
    """The content of a checkpoint of the stage in another run."""
    content = read_content(path)
    if not is_training_checkpoint(content):
        roles = ", ".join(model.published_networks())
        raise InputError(
            "is no checkpoint that a stage left; of a published network, say which it is by "
            f"{START}.{stage}.ROLE=FILE ({roles})"
        )
    if content["meta"].get("stage") != stage:
        raise InputError(f"was left by stage {content['meta'].get('stage')}, not by {stage}")
    return dict(content)


def _networks(model: FaceEditor, content: Mapping[str, Any]) -> dict[str, Tensor]:
    """What the stage left there, held to the model."""
    tensors = stage_weights(content)
    parts = tuple({f"{key.partition('.')[0]}." for key in tensors})
    others = {key: value for key, value in model.state_dict().items() if not f"{key}.".startswith(parts)}
    load_strictly(deepcopy(model), {**others, **tensors})
    return tensors


def _state(model: FaceEditor, stage: Stage, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The state of the stage there, held to the model and to the stage's length and averages."""
    iteration, averages = content["meta"].get("iter"), set(stage.ema if stage.ema_decay else ())
    if not isinstance(iteration, int) or not 0 <= iteration < stage.iterations:
        raise InputError(f"has {iteration} iterations, and the stage is trained for {stage.iterations}")
    if content.get("ema", {}).keys() != averages:
        raise InputError("has moving averages of other networks than this training: leave ema_decay as it was there")
    load_strictly(deepcopy(model), content["state_dict"])
    return content


def _published(model: FaceEditor, stage: str, network: str, path: Path, label: str) -> dict[str, Tensor]:
    """A published network, or that of a stage's checkpoint alone, held to the model."""
    role = network.rpartition(":")[2]
    setting = f"{START}.{stage}.{network}"
    if role not in model.published_networks():
        raise InputError(f"{setting}: {unknown(f'network of {label}', role, model.published_networks())}")
    filled = deepcopy(model)
    try:
        content = read_content(path)
        key = f"{role}:{role}" if is_training_checkpoint(content) and ":" not in network else network
        module = fill(filled, path, content, key)
    except ValueError as error:
        raise InputError(f"{setting}={path}: {_without_path(error, path)}") from error
    memory = {tensor.data_ptr() for tensor in module.state_dict().values()}
    return {key: tensor for key, tensor in filled.state_dict().items() if tensor.data_ptr() in memory}


def _without_path(error: ValueError, path: Path) -> str:
    return str(error).removeprefix(f"{path}: ")
