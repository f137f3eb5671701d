"""Presets: sizes and budgets, `benchmark/config/presets/NAME.yaml`."""

from __future__ import annotations

from pathlib import Path

from benchmark.config.evaluation_spec import EvaluationSpec, Options, Spec
from registry.cards import MethodCard
from registry.catalogue import PROTOCOL_CARDS
from registry.consistency import preset_names
from registry.errors import UnknownNameError, unknown
from registry.taking_part import is_default, protocols_of
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
    options = PROTOCOL_CARDS.find(name).card.options
    return options.as_settings({**options, **preset.protocols.get(name, {})})


def default_protocols(preset: Preset, method: MethodCard | None = None) -> list[str]:
    """The protocols where none is named: the built-in ones, in the preset's order, whatever else is installed.

    Those whose cards name inputs that a method must take are left to such methods.

    Args:
        preset: of the evaluation.
        method: leaves those that it can take part in; where it can in none of them, those of plug-ins that it can.
    """
    builtin = [entry.card.name for entry in PROTOCOL_CARDS.builtin() if is_default(entry.card, method)]
    ordered = [*(name for name in preset.protocols if name in builtin), *builtin]
    if method is None:
        return list(dict.fromkeys(ordered))
    able = protocols_of(method)
    return list(dict.fromkeys(name for name in ordered if name in able)) or able


def all_protocols(evaluation: EvaluationSpec) -> EvaluationSpec:
    """The same evaluation under the built-in protocols too, with their options of the preset where none were given."""
    preset = read_preset(evaluation.preset)
    every = {name: protocol_options(name, preset) for name in default_protocols(preset)}
    return evaluation.model_copy(update={"protocols": {**every, **evaluation.protocols}})
