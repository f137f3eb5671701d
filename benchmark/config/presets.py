"""Presets: sizes and budgets, `benchmark/config/presets/NAME.yaml`."""

from __future__ import annotations

from pathlib import Path

from benchmark.config.evaluation_spec import EvaluationSpec, Options, Spec
from registry.catalogue import PROTOCOL_CARDS
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
    return Preset.model_validate(read_yaml(path).content)


def preset_protocols(preset: Preset) -> dict[str, Options]:
    """Every registered protocol with its options at a preset."""
    return {
        entry.card.name: {**entry.card.options, **preset.protocols.get(entry.card.name, {})} for entry in PROTOCOL_CARDS
    }


def all_protocols(evaluation: EvaluationSpec) -> EvaluationSpec:
    """The same evaluation under every protocol, each with its options of the preset where none were given."""
    every = preset_protocols(read_preset(evaluation.preset))
    return evaluation.model_copy(update={"protocols": {**every, **evaluation.protocols}})
