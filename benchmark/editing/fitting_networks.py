"""Which network of which method a weights file fits, strictly: every tensor used, none missing."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from benchmark.config.experiment import Experiment
from benchmark.config.resolve import resolve
from benchmark.config.sources import COMMAND, ConfigSource
from benchmark.config.training_length import over_faces
from benchmark.editing.build_method import build_editor
from benchmark.editing.given_stages import is_training_checkpoint
from benchmark.editing.option_weights import SUFFIX
from benchmark.weights.published_checkpoints import published_checkpoints
from methods.base import FaceEditor
from methods.checkpoint import CheckpointError, load_strictly, read_content
from methods.checkpoint.file_kinds import is_safetensors
from methods.checkpoint.networks import StateDict, networks_in
from registry.catalogue import METHOD_CARDS
from registry.errors import InputError, PluginError

PRESET: Final = "paper"
"""Whose options networks are built at: those that were published."""


@dataclass(frozen=True)
class Candidate:
    """A method that may have the network.

    Attributes:
        label: with its variant.
        size: side of its images in pixels.
        options: beside those of the preset.
    """

    label: str
    size: int
    options: Mapping[str, Any]

    def experiment(self, checkpoint: Path | None = None, network: str | None = None) -> Experiment:
        """The method at these options, without the perceptual networks of its training."""
        card = METHOD_CARDS.find(self.label.partition("+")[0]).card
        without = {name: None for name in card.options if name.endswith(SUFFIX)}
        settings = {
            "method": self.label,
            "preset": PRESET,
            "dataset": {"size": self.size},
            "options": {**without, **self.options},
            "checkpoint": None if checkpoint is None else str(checkpoint),
            "network": network,
        }
        given = {key: value for key, value in settings.items() if value is not None}
        return over_faces(resolve([ConfigSource(given, COMMAND)]), 1)


@dataclass(frozen=True)
class Fit:
    """A network that a file fills.

    Attributes:
        candidate: whose network it is.
        role: which of the method's.
        key: what the file calls it; "" where it has one alone.
        edits: whether it is the network that makes the method's edits.
    """

    candidate: Candidate
    role: str
    key: str
    edits: bool

    @property
    def network(self) -> str:
        """As `--network` takes it."""
        return f"{self.key}:{self.role}" if self.key else self.role


@dataclass(frozen=True)
class WeightsContent:
    """What a weights file has.

    Attributes:
        form: how it was written.
        networks: tensors by name, of each network by its key; "" for a bare one.
        others: keys of what is beside them, such as optimisers.
    """

    form: str
    networks: Mapping[str, StateDict]
    others: Sequence[str]

    def described(self) -> str:
        """Form, networks, parameters and number formats, as a sentence has them."""
        kinds = sorted({str(value.dtype).removeprefix("torch.") for value in self._tensors()})
        parameters = sum(value.numel() for value in self._tensors())
        named = ", ".join(name for name in self.networks if name)
        networks = f"{len(self.networks)} networks ({named})" if named else "one network"
        beside = f"; beside {', '.join(self.others)}" if self.others else ""
        return f"{self.form}, {networks}, {parameters:,} numbers ({', '.join(kinds)}){beside}"

    def _tensors(self) -> Iterator[Tensor]:
        return (value for network in self.networks.values() for value in network.values())


def read_weights(path: Path) -> WeightsContent:
    """What a weights file has; nothing in it is executed.

    Raises:
        InputError: if it cannot be read, has no network, or is what a stage of a run left, which fills a whole method.
    """
    content = read_content(path)
    if is_training_checkpoint(content):
        raise InputError(
            f"{path} is what a training stage of a run left, and fills the whole method of that run: give it by "
            "--checkpoint, or its run folder to `bench photo`"
        )
    networks = networks_in(content)
    if not networks:
        raise InputError(f"{path}: holds no network, which is tensors by name")
    form = "safetensors" if is_safetensors(path) else "torch zip" if zipfile.is_zipfile(path) else "torch, before 1.6"
    taken = {key.partition(".")[0] for key in networks}
    bare = "" in taken or not isinstance(content, Mapping)
    others = [] if bare else [str(key) for key in content if str(key) not in taken]
    return WeightsContent(form, networks, others)


def fitting_networks(content: WeightsContent, method: str | None = None) -> list[Fit]:
    """The networks that a file fills, those that edit first.

    Args:
        content: of the file.
        method: only this one, with its variant; by default every learned method with its variants.

    Raises:
        InputError: if it fills none, naming the one that it comes nearest to.
    """
    fits: list[Fit] = []
    nearest: tuple[float, str] = (0.0, "")
    for candidate in _candidates(method):
        for first, role, model in _networks(candidate):
            for key, tensors in content.networks.items():
                network = model.published_networks()[role]
                share, problem = _missed_by(network, tensors, partial(model.published_key, role))
                if problem is None:
                    fits.append(Fit(candidate, role, key, first))
                elif share > nearest[0]:
                    nearest = (share, f"the nearest is the {role} of {candidate.label}: {problem}")
    if not fits:
        which = "any learned method at the published options" if method is None else method
        raise InputError(f"fits no network of {which}" + (f"; {nearest[1]}" if nearest[0] > 0.5 else ""))
    return sorted(fits, key=lambda fit: not fit.edits)


def _candidates(method: str | None) -> Iterator[Candidate]:
    """Methods as their authors published them, then at the preset's own options, then their variants."""
    published = [file for file in published_checkpoints().files if method in (None, file.method)]
    seen = []
    for file in published:
        candidate = Candidate(file.method, file.size, file.options)
        if candidate not in seen:
            seen.append(candidate)
            yield candidate
    for label in [method] if method is not None else _learned():
        preset = resolve([ConfigSource({"method": label, "preset": PRESET}, COMMAND)])
        yield Candidate(label, preset.evaluation.dataset.size, {})


def _learned() -> Iterator[str]:
    cards = [entry.card for entry in METHOD_CARDS if entry.card.kind == "learned" and entry.card.entry]
    yield from (card.name for card in cards)
    yield from (f"{card.name}+{variant}" for card in cards for variant in card.variants)


def _networks(candidate: Candidate) -> Iterator[tuple[bool, str, FaceEditor]]:
    """The networks of a method by their roles, without memory for their weights where the method allows it."""
    experiment = candidate.experiment()
    try:
        with torch.device("meta"):
            model = build_editor(experiment, {}).model
    except (PluginError, RuntimeError, NotImplementedError):
        model = build_editor(experiment, {}).model
    for number, role in enumerate(model.published_networks()):
        yield number == 0, role, model


def _missed_by(network: torch.nn.Module, tensors: StateDict, rename: Any) -> tuple[float, str | None]:
    """Share of a network's tensors that a file has, and why it does not fill it; None where it does."""
    wanted = network.state_dict()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of weights without memory, which are not filled
            load_strictly(network, tensors, rename)
    except CheckpointError as error:
        given = {value.shape for value in tensors.values()}
        share = sum(value.shape in given for value in wanted.values()) / max(len(wanted), len(tensors))
        return share, str(error)
    except (LookupError, ValueError):  # a name that only another network has
        return 0.0, "its tensors have other names"
    return 1.0, None
