"""Presets: sizes and budgets, built in, or of one's own: a file or a plug-in's card over a built-in one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmark.config.evaluation_spec import EvaluationSpec, Options, Spec
from benchmark.config.option_types import check_option
from benchmark.config.variants import variant_changes
from registry.cards import JudgeCard, MethodCard, PresetCard, check_card
from registry.catalogue import (
    DATASET_CARDS,
    JUDGE_CARDS,
    METHOD_CARDS,
    PRESET_CARDS,
    PROTOCOL_CARDS,
    Catalogue,
)
from registry.consistency import check_consistency
from registry.errors import InputError
from registry.protocols_of_method import is_default, protocols_of
from registry.yaml_files import read_yaml

FILE: Final = (".yaml", ".yml")
"""How the word for a preset ends that is a file's path, not a name."""
_OF_OPTIONS: Final[Mapping[str, Catalogue[Any]]] = {
    "datasets": DATASET_CARDS,
    "protocols": PROTOCOL_CARDS,
    "methods": METHOD_CARDS,
    "judges": JUDGE_CARDS,
}
"""The keys of a preset that hold options by name."""


class Preset(Spec):
    """All that a preset sets.

    Attributes:
        own: what a preset of one's own has other than its base; None of a built-in one.
        base: the built-in preset whose options on every card it has; a built-in one is its own.
    """

    own: PresetCard | None
    base: str
    size: int
    datasets: dict[str, Options]
    protocols: dict[str, Options]
    edit_batch_size: int
    bootstrap_draws: int

    def layers_of(self, card: MethodCard | JudgeCard, variant: str | None = None) -> list[Options]:
        """The options that a method or judge has at the preset, or that its variant has over these, the last on top."""
        suffix = "" if variant is None else f"+{variant}"
        layers = [card.options.cast(card.presets.get(f"{self.base}{suffix}", {}))]
        if self.own is not None:
            own = self.own.methods if isinstance(card, MethodCard) else self.own.judges
            layers.append(own.get(f"{card.name}{suffix}", {}))
        return layers


def find_preset(word: str, beside: Path | None) -> PresetCard:
    """The card of a preset.

    Args:
        word: its name, or the path of its file.
        beside: the folder in which a relative path begins; None of the working folder.

    Raises:
        InputError: if there is no such preset, with the nearest known names, or its card is wrong.
    """
    if not word.endswith(FILE):
        entry = PRESET_CARDS.find(word)
        return entry.card if entry.builtin else _checked(entry.card, entry.place)
    path = Path(word) if beside is None else beside / word
    return _checked(written_preset(read_yaml(path).content, str(path)), str(path))


def written_preset(content: object, place: str) -> PresetCard:
    """A preset of one's own, as a file or a resolved experiment has it.

    Args:
        content: its keys.
        place: where it is written, as messages name it.

    Raises:
        CardError: if it is wrong, builds on no built-in preset, or has the name of one.
    """
    card = check_card(content, PresetCard, place)
    check_consistency(card, place)
    return card


def complete_preset(card: PresetCard) -> Preset:
    """A preset with what its base has in place of what it does not say."""
    if card.base is None:
        return _complete(card, None, card.name)
    base = PRESET_CARDS.find(card.base).card
    said = {key: value for key, value in card if value is not None}
    merged = {key: _over(getattr(base, key), said[key]) for key in ("datasets", "protocols")}
    return _complete(base.model_copy(update={**said, **merged}), card, card.base)


def preset_of(evaluation: EvaluationSpec) -> Preset:
    """The preset of an evaluation, as it was when that was resolved if it is one of one's own."""
    return complete_preset(evaluation.own_preset or find_preset(evaluation.preset, None))


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
    preset = preset_of(evaluation)
    every = {name: protocol_options(name, preset) for name in default_protocols(preset)}
    return evaluation.model_copy(update={"protocols": {**every, **evaluation.protocols}})


def _complete(card: PresetCard, own: PresetCard | None, base: str) -> Preset:
    content = card.model_dump(include=set(Preset.model_fields) - {"own", "base"})
    return Preset(own=own, base=base, **content)


def _over(lower: Mapping[str, Options], upper: Mapping[str, Options]) -> dict[str, Options]:
    """Options by name with others over them, name by name."""
    return {name: {**lower.get(name, {}), **upper.get(name, {})} for name in [*lower, *upper]}


def _checked(card: PresetCard, place: str) -> PresetCard:
    """The preset with every option as its kind has it; refuses names and options that there are not."""
    try:
        checked = {key: _checked_options(getattr(card, key), catalogue) for key, catalogue in _OF_OPTIONS.items()}
    except InputError as error:
        raise type(error)(f"{place}: {error}") from error
    return card.model_copy(update=checked)


def _checked_options(given: Mapping[str, Options], catalogue: Catalogue[Any]) -> dict[str, Options]:
    found: dict[str, Options] = {}
    for label, options in given.items():
        name, plus, variant = label.partition("+") if catalogue is METHOD_CARDS else (label, "", "")
        card = catalogue.find(name).card
        if plus:
            variant_changes(card, variant)
        known = card.options
        names = {known.name_of(written): value for written, value in options.items()}
        found[label] = {name: check_option(f"option of {label}", name, value, known) for name, value in names.items()}
    return found
