"""Checks a plug-in's card against itself and the framework's words: options, presets, and what it needs of a task."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from registry.cards import INPUTS, Card, CardError, JudgeCard, MethodCard, Option, PresetCard, ProtocolCard
from registry.errors import unknown
from registry.options import OptionTable
from registry.packages import package_folder

MISSPELT = 0.75
"""From which likeness on a word for what a task has is one of the framework's, misspelt, and no plug-in's own."""


def check_consistency(card: Card, place: str) -> None:
    """Refuse a card whose parts do not fit together.

    Where the card leads to code that is imported later, and that code declares the options, their names and values are
    checked when the method is built.

    Args:
        card: of any kind.
        place: the file that declares it, as messages name it.

    Raises:
        CardError: naming the key, what stands there, and what could.
    """
    if isinstance(card, MethodCard):
        if card.kind == "external":
            raise CardError(f"{place}: kind: external is for edits that were made elsewhere: bench edits import --card")
        if card.command and "oracle" in card.every_input:
            raise CardError(f"{place}: takes: a process is never given the true result, the oracle")
        _check_words(place, "takes", [word for words in card.alternatives for word in words])
        if card.kind != "reference" and "oracle" in card.every_input:
            raise CardError(f"{place}: takes: only a method of kind 'reference' may see the true result, the oracle")
    if isinstance(card, ProtocolCard):
        _check_words(place, "gives", card.gives)
        _check_words(place, "default_for", card.default_for)
    if isinstance(card, PresetCard):
        _check_own_preset(card, place)
    if isinstance(card, MethodCard | JudgeCard):
        variants = card.variants if isinstance(card, MethodCard) else {}
        for key in card.presets:
            preset, plus, variant = key.partition("+")
            if preset not in (known := preset_names()):
                raise CardError(f"{place}: presets: {unknown('preset', preset, known)}")
            if plus and variant not in variants:
                raise CardError(f"{place}: presets.{key}: {unknown('variant', variant, variants)}")
        if card.entry and isinstance(card.options.declared, str):
            return
        for key, changes in _changes(card):
            _check_changes(place, key, changes, card.options)


def preset_names() -> list[str]:
    """The built-in presets."""
    return sorted(path.stem for path in (package_folder("benchmark.config") / "presets").glob("*.yaml"))


def _check_own_preset(card: PresetCard, place: str) -> None:
    known = preset_names()
    if card.name in known:
        raise CardError(f"{place}: name: {card.name} is a built-in preset; give this one another name")
    if card.base not in known:
        raise CardError(f"{place}: base: {unknown('preset', card.base or '', known)}")
    if card.entry:
        raise CardError(f"{place}: entry: a preset has no code")


def _changes(card: MethodCard | JudgeCard) -> Iterable[tuple[str, Mapping[str, Option]]]:
    yield from ((f"presets.{name}", changes) for name, changes in card.presets.items())
    if isinstance(card, MethodCard):
        yield from ((f"variants.{name}", changes) for name, changes in card.variants.items())
        if card.ablation is not None:
            yield from ((f"ablation.cells.{name}", changes) for name, changes in card.ablation.cells.items())
            for option, levels in card.ablation.factors.items():
                yield from (("ablation.factors", {option: level}) for level in levels)


def _check_changes(place: str, key: str, changes: Mapping[str, Option], options: OptionTable) -> None:
    for name, value in changes.items():
        if name not in options:
            raise CardError(f"{place}: {key}: {unknown('option', name, options)}")
        option = options.info[name]
        if not option.accepts(option.cast(value)):
            raise CardError(
                f"{place}: {key}.{name} is {value!r}; its default is {option.default!r}, and it takes {option.kind}"
            )


def _check_words(place: str, key: str, words: Iterable[str]) -> None:
    for word in words:
        near = difflib.get_close_matches(word, INPUTS, n=1, cutoff=MISSPELT)
        if word not in INPUTS and near:
            raise CardError(f"{place}: {key}: unknown word {word!r}; did you mean {near[0]!r}?")
