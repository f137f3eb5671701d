"""What finished stages keep: each the networks that it changed, which together are the trained model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from torch import Tensor

from benchmark.training.checkpoints import TrainingCheckpointError, read_checkpoint, weights_sha256
from methods.checkpoint.networks import is_state_dict

EARLIER: Final = "earlier"
"""In a checkpoint's `meta`: SHA-256 of the tensors that each earlier stage left, by its name, in their order."""
KEPT_STATE: Final = "kept"
"""Beside it: that this is the state of a stage during its training, which was kept to be used as it was then."""
COMPLETE: Final = "complete"
"""Beside it: whether its tensors and those of the earlier stages are the whole model."""


class EarlierStages:
    """The finished stages of a training, as far as it has come.

    Attributes:
        hashes: SHA-256 of the tensors that each stage left, by its name, in their order.
        networks: names of the model's parts that any of them left.
    """

    def __init__(self) -> None:
        self.hashes: dict[str, str] = {}
        self.networks: set[str] = set()

    def add(self, stage: str, path: Path, content: Mapping[str, Any]) -> None:
        """Count a finished stage among them.

        Args:
            stage: its name.
            path: of its checkpoint.
            content: of the checkpoint.

        Raises:
            TrainingCheckpointError: if it was trained after others than these.
        """
        for name, sha256 in content["meta"].get(EARLIER, {}).items():
            if self.hashes.get(name) != sha256:
                raise TrainingCheckpointError(
                    f"{path} was trained after another training of stage {name} than the one beside it; delete it to "
                    f"train stage {stage} again"
                )
        self.hashes[stage] = weights_sha256(content["state_dict"])
        self.networks.update(_networks(content["state_dict"]))

    def baseline(self, state_dict: Mapping[str, Tensor], *, last: bool) -> Baseline:
        """The model as the next stage finds it.

        Args:
            state_dict: of the model, before `begin_stage`.
            last: whether that stage ends the training: it keeps what no stage has changed too.
        """
        hashes = {
            name: weights_sha256(tensors)
            for name, tensors in _networks(state_dict).items()
            if name in self.networks or not last
        }
        return Baseline(hashes, dict(self.hashes), last)


@dataclass(frozen=True)
class Baseline:
    """The model before a stage, by which its checkpoint leaves out what the stage did not change.

    Attributes:
        hashes: SHA-256, by name, of networks that are found without the stage: as built, or in earlier checkpoints.
        earlier: SHA-256 of what each earlier stage left.
        complete: whether the stage's checkpoint completes the model.
    """

    hashes: Mapping[str, str]
    earlier: Mapping[str, str]
    complete: bool

    def checkpoint(self, state_dict: Mapping[str, Tensor], meta: Mapping[str, Any]) -> dict[str, Any]:
        """The content of the stage's checkpoint.

        Args:
            state_dict: of the model after the stage.
            meta: facts of the stage.
        """
        changed = {
            key: tensor
            for name, tensors in _networks(state_dict).items()
            if self.hashes.get(name) != weights_sha256(tensors)
            for key, tensor in tensors.items()
        }
        return {
            "state_dict": changed,
            "meta": {**meta, EARLIER: dict(self.earlier), COMPLETE: self.complete},
        }


def trained_weights(path: Path, content: Mapping[str, Any], built: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The whole model as a finished stage left it: its checkpoint's tensors over those of earlier stages beside it.

    A checkpoint that was kept during a stage has all of the model, as it would edit: with averages in place.

    Args:
        path: of the checkpoint.
        content: of the checkpoint; one without `earlier` in its `meta` holds the whole model.
        built: the model's tensors as built, which stages that were still to come would have changed.

    Raises:
        TrainingCheckpointError: if the stage is not finished, or one before it is missing, damaged or another.
    """
    meta = content["meta"]
    if meta.get(KEPT_STATE) is True:
        return _with_averages(content)
    own = stage_weights(content)
    earlier = meta.get(EARLIER, {})
    if not isinstance(earlier, Mapping):
        raise TrainingCheckpointError(f"its {EARLIER!r} is no mapping of stages to hashes")
    weights: dict[str, Tensor] = {} if meta.get(COMPLETE, True) is True else dict(built)
    for stage, sha256 in earlier.items():
        weights.update(_earlier_weights(path.parent, str(stage), str(sha256)))
    return {**weights, **own}


def _with_averages(content: Mapping[str, Any]) -> dict[str, Tensor]:
    """The tensors of a state during a stage, with its moving averages in the place of the networks that they follow."""
    weights, averages = dict(_tensors(content)), content.get("ema", {})
    if not (isinstance(averages, Mapping) and all(map(is_state_dict, averages.values()))):
        raise TrainingCheckpointError("its averages are other things than tensors by name")
    for name, average in averages.items():
        own = {key.removeprefix("module."): tensor for key, tensor in average.items() if key.startswith("module.")}
        weights |= {f"{name}.{key}": tensor for key, tensor in own.items()}
    return weights


def stage_weights(content: Mapping[str, Any]) -> dict[str, Tensor]:
    """The networks that a finished stage changed, as tensors by name.

    Raises:
        TrainingCheckpointError: if the stage is not finished, or the checkpoint has something else.
    """
    if content["meta"]["finished"] is not True:
        raise TrainingCheckpointError("its stage is not finished")
    return dict(_tensors(content))


def _networks(state_dict: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """The tensors of each of a model's parts, by the part's name."""
    networks: dict[str, dict[str, Tensor]] = {}
    for key, tensor in state_dict.items():
        networks.setdefault(key.partition(".")[0], {})[key] = tensor
    return networks


def _earlier_weights(folder: Path, stage: str, sha256: str) -> Mapping[str, Tensor]:
    path = folder / f"{stage}.pth"
    if path.name != f"{stage}.pth" or not path.is_file():
        raise TrainingCheckpointError(
            f"it goes on from stage {stage}, whose {stage}.pth is not beside it; give the file in its run's folder, or "
            "copy that folder's checkpoints together"
        )
    tensors = _tensors(read_checkpoint(path))
    if weights_sha256(tensors) != sha256:
        raise TrainingCheckpointError(f"it goes on from another training of stage {stage} than {path}")
    return tensors


def _tensors(content: Mapping[str, Any]) -> Mapping[str, Tensor]:
    state_dict = content["state_dict"]
    if not isinstance(state_dict, Mapping) or (state_dict and not is_state_dict(state_dict)):  # it may be empty
        raise TrainingCheckpointError("its state_dict holds other things than tensors by name")
    return state_dict
