"""Presets: sizes and budgets, `benchmark/config/presets/NAME.yaml`."""

from __future__ import annotations

from pathlib import Path

from benchmark.config.evaluation_spec import EvaluationSpec, Options, Spec
from registry.catalogue import PROTOCOL_CARDS
from registry.consistency import preset_names
from registry.errors import UnknownNameError, unknown
from registry.yaml_files import read_yaml

PRESETS = Path(__file__).with_name("presets")


class Preset(Spec):
    """Sizes and budgets, `benchmark/config/presets/NAME.yaml`."""

    title: str
    size: int
    datasets: dict[str, Options]
    protocols: dict[str, Options]
    edit_batch_size: int
    bootstrap_draws: int


def read_preset(name: str) -> Preset:
    """Read a preset.

    Raises:
        UnknownNameError: with the nearest known names.
    """
    path = PRESETS / f"{name}.yaml"
    if name not in preset_names():
        raise UnknownNameError(unknown("preset", name, preset_names()))
    return Preset.model_validate(read_yaml(path).content)


def protocol_options(name: str, preset: Preset) -> Options:
    """A protocol's options at a preset."""
    return {**PROTOCOL_CARDS.find(name).card.options, **preset.protocols.get(name, {})}


def default_protocols() -> list[str]:
    """The protocols of an evaluation that names none: the built-in ones, whatever else is installed."""
    return [entry.card.name for entry in PROTOCOL_CARDS.builtin()]


def all_protocols(evaluation: EvaluationSpec) -> EvaluationSpec:
    """The same evaluation under the built-in protocols too, with their options of the preset where none were given."""
    preset = read_preset(evaluation.preset)
    every = {name: protocol_options(name, preset) for name in default_protocols()}
    return evaluation.model_copy(update={"protocols": {**every, **evaluation.protocols}})
