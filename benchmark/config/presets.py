"""Presets: sizes and budgets, `benchmark/config/presets/NAME.yaml`."""

from __future__ import annotations

from pathlib import Path

import yaml

from benchmark.config.experiment import Experiment, Options, _Spec
from registry.catalogue import PROTOCOL_CARDS
from registry.errors import UnknownNameError, unknown

PRESETS = Path(__file__).with_name("presets")


class Preset(_Spec):
    """Sizes and budgets, `benchmark/presets/NAME.yaml`."""

    title: str
    size: int
    datasets: dict[str, Options]
    protocols: dict[str, Options]
    edit_batch_size: int
    bootstrap_draws: int


def preset_names() -> list[str]:
    """The presets there are."""
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


def read_preset(name: str) -> Preset:
    """Read a preset.

    Raises:
        UnknownNameError: with the nearest known names.
    """
    path = PRESETS / f"{name}.yaml"
    if name not in preset_names():
        raise UnknownNameError(unknown("preset", name, preset_names()))
    return Preset.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def all_protocols(experiment: Experiment) -> Experiment:
    """The same experiment under every protocol, each with its options of the preset where none were given."""
    preset = read_preset(experiment.preset)
    every = {
        entry.card.name: {**entry.card.options, **preset.protocols.get(entry.card.name, {})} for entry in PROTOCOL_CARDS
    }
    return experiment.model_copy(update={"protocols": {**every, **experiment.protocols}})
