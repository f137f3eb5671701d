"""mmengine's Registry made strict: known names only, each registered once, dotted names never imported."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from inspect import getsourcefile
from pathlib import Path
from typing import Any, Generic, TypeVar

from mmengine.registry import Registry

from registry.cards import CardError, CardType, check_card, read_card
from registry.catalogue import (
    DATASET_CARDS,
    JUDGE_CARDS,
    METHOD_CARDS,
    METRIC_CARDS,
    PROTOCOL_CARDS,
    Catalogue,
)
from registry.errors import InputError, plugin_boundary
from registry.neighbours import own_name
from registry.options import OptionTable

Registered = TypeVar("Registered", bound=Callable[..., Any])
"""A class, or of a metric the function that computes it."""


class StrictRegistry(Registry, Generic[CardType]):
    """A registry over a catalogue: a declared name's code is imported on first use."""

    def __init__(self, catalogue: Catalogue[CardType]) -> None:
        super().__init__(catalogue.kind, scope="bench")
        self.catalogue = catalogue

    def get(self, key: str) -> Any:
        """The thing registered under `key`.

        Unlike mmengine's, this never reads `key` as a module path, so a name from a file imports nothing.

        Raises:
            UnknownNameError: with the nearest known names.
        """
        entry = self.catalogue.find(key)
        if entry.thing is not None:
            return entry.thing
        module, _, attribute = entry.card.entry.partition(":")
        if not attribute:
            raise InputError(f"{self.catalogue.kind} {key!r} is measured by the harness and has no code of its own")
        if entry.builtin:
            return getattr(import_module(module), attribute)
        with plugin_boundary(f"{self.catalogue.kind} {key!r} of a plug-in: the import of {entry.card.entry}"):
            return getattr(import_module(module), attribute)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key in self.catalogue

    def register(self, card: Path | str | dict[str, Any]) -> Callable[[Registered], Registered]:
        """Register a plug-in's class under its card, as a decorator; a metric may be a function.

        Args:
            card: the card's content, or the path of its file (`Path(__file__).with_name("method.yaml")`).

        Raises:
            DuplicateNameError: if the name is taken; both places are named.
            CardError: if the card is wrong.
        """

        def decorate(thing: Registered) -> Registered:
            place = getsourcefile(thing) or thing.__module__
            checked = (
                check_card(card, self.catalogue.card_type, place)
                if isinstance(card, dict)
                else read_card(Path(card), self.catalogue.card_type)
            )
            if checked.entry:
                raise CardError(f"{place}: entry: what is registered is its own entry; leave the key out")
            card_file = None if isinstance(card, dict) else Path(card).resolve()
            self.catalogue.declare(_with_own_options(checked, thing.__module__), place, thing, card_file)
            return thing

        return decorate

    def _register_module(self, module: Any, module_name: Any = None, force: bool = False) -> None:
        raise InputError(f"register a {self.catalogue.kind} with its card: @registry.register(card=...)")


def _with_own_options(card: CardType, module: str) -> CardType:
    """The card, with the class of its options found where the plug-in's module finds it."""
    options = getattr(card, "options", None)
    if isinstance(options, OptionTable) and isinstance(options.declared, str):
        declaring, _, name = options.declared.partition(":")
        return card.model_copy(update={"options": OptionTable(f"{own_name(module, declaring)}:{name}")})
    return card


METHODS = StrictRegistry(METHOD_CARDS)
DATASETS = StrictRegistry(DATASET_CARDS)
PROTOCOLS = StrictRegistry(PROTOCOL_CARDS)
METRICS = StrictRegistry(METRIC_CARDS)
JUDGES = StrictRegistry(JUDGE_CARDS)
