"""The catalogue: every declared name of every kind, with its card and the place that declares it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Literal

from registry.cards import (
    CardType,
    DatasetCard,
    EncoderCard,
    JudgeCard,
    MethodCard,
    MetricCard,
    PresetCard,
    ProtocolCard,
    read_card,
)
from registry.consistency import check_consistency
from registry.errors import DuplicateNameError, UnknownNameError, unknown
from registry.packages import package_folder

Kind = Literal["methods", "datasets", "protocols", "metrics", "encoders", "judges", "presets"]


@dataclass(frozen=True)
class Plugin:
    """The plug-in that declares names.

    Attributes:
        package: its outermost module.
        installed: whether it is offered by an installed package, not named by the user.
    """

    package: str
    installed: bool


@dataclass(frozen=True)
class Entry(Generic[CardType]):
    """One declared name.

    Attributes:
        card: what is known of it.
        place: the file that declares it.
        thing: the class (or of a metric the function) that a plug-in registered; None where the card's `entry` leads
            to it.
        card_file: the card's file, where a class was registered with one.
        builtin: whether it is the framework's own, not a plug-in's.
        plugin: what declared it while it was loaded as a plug-in.
        named: whether it is of a plug-in that the user named, not only of one that is installed.
    """

    card: CardType
    place: str
    thing: Callable[..., Any] | None = None
    card_file: Path | None = None
    builtin: bool = False
    plugin: Plugin | None = None
    named: bool = False


class Catalogue(Generic[CardType]):
    """The names of one kind; built-ins are found by their card files at first use.

    Args:
        kind: the kind in the singular, as messages say it.
        card_type: how its cards are checked.
        package: the package whose card files declare the built-ins.
        pattern: the glob of those files within the package.
    """

    def __init__(self, kind: str, card_type: type[CardType], package: str, pattern: str) -> None:
        self.kind = kind
        self.card_type = card_type
        self._package = package
        self._pattern = pattern
        self._entries: dict[str, Entry[CardType]] = {}
        self._scanned = False
        self._plugin: Plugin | None = None

    def declare(
        self,
        card: CardType,
        place: str,
        thing: Callable[..., Any] | None = None,
        card_file: Path | None = None,
    ) -> None:
        """Add a plug-in's name.

        Args:
            card: what is known of it.
            place: the file that declares it.
            thing: its class; None where the card's `entry` leads to it.
            card_file: the card's file, where the class was registered with one.

        Raises:
            DuplicateNameError: if the name is taken; both places are named.
            CardError: if the card contradicts itself.
        """
        self._scan()
        check_consistency(card, place)
        self._add(Entry(card, place, thing, card_file, plugin=self._plugin))

    @contextmanager
    def all_or_nothing(self, plugin: Plugin | None = None) -> Iterator[None]:
        """Where the block fails, forget what was declared within it, and the modules that registered it.

        Args:
            plugin: what declares in the block. An installed package that is named as well, such as by its source, is
                one plug-in: of names that both declare, those of what was named are taken.
        """
        self._scan()
        before = dict(self._entries)
        self._plugin = plugin
        try:
            yield
        except BaseException:
            for name in self._entries.keys() - before.keys():
                if (thing := self._entries[name].thing) is not None:
                    sys.modules.pop(thing.__module__, None)
            self._entries = before
            raise
        finally:
            self._plugin = None

    def note_named(self, entry: Entry[CardType]) -> None:
        """Note that an entry is of a plug-in that the user named."""
        self._entries[entry.card.name] = replace(entry, named=not entry.builtin)

    def find(self, name: str) -> Entry[CardType]:
        """The entry of a name.

        Raises:
            UnknownNameError: with the nearest known names.
        """
        self._scan()
        try:
            return self._entries[name]
        except KeyError:
            raise UnknownNameError(unknown(self.kind, name, self._entries)) from None

    def builtin(self) -> Iterator[Entry[CardType]]:
        """The entries that are the framework's own, which take part without being named."""
        return (entry for entry in self if entry.builtin)

    def __contains__(self, name: str) -> bool:
        self._scan()
        return name in self._entries

    def __iter__(self) -> Iterator[Entry[CardType]]:
        self._scan()
        return iter(sorted(self._entries.values(), key=lambda each: each.card.name))

    def _scan(self) -> None:
        if not self._scanned:
            self._scanned = True
            for path in sorted(package_folder(self._package).glob(self._pattern)):
                self._add(Entry(read_card(path, self.card_type), str(path), builtin=True))

    def _add(self, entry: Entry[CardType]) -> None:
        name = entry.card.name
        taken = self._entries.get(name)
        if taken is not None and _is_one_plugin(taken, entry):
            if entry.plugin is not None and not entry.plugin.installed:
                self._entries[name] = entry
            return
        if taken is not None:
            raise DuplicateNameError(
                f"{self.kind} {name!r} is declared twice: in {taken.place} and in {entry.place}; rename one"
            )
        self._entries[name] = entry


def _is_one_plugin(taken: Entry[Any], entry: Entry[Any]) -> bool:
    """Whether a package declares a name twice because it is installed and named, too."""
    if taken.plugin is None or entry.plugin is None or taken.plugin.package != entry.plugin.package:
        return False
    return taken.plugin.installed != entry.plugin.installed


METHOD_CARDS = Catalogue("method", MethodCard, "methods", "**/method.yaml")
DATASET_CARDS = Catalogue("dataset", DatasetCard, "benchmark.datasets", "*/dataset.yaml")
PROTOCOL_CARDS = Catalogue("protocol", ProtocolCard, "benchmark.protocols", "*.yaml")
METRIC_CARDS = Catalogue("metric", MetricCard, "benchmark.metrics", "cards/*.yaml")
ENCODER_CARDS = Catalogue("encoder", EncoderCard, "benchmark.features", "encoders/*.yaml")
JUDGE_CARDS = Catalogue("judge", JudgeCard, "benchmark.judges", "*.yaml")
PRESET_CARDS = Catalogue("preset", PresetCard, "benchmark.config", "presets/*.yaml")

CATALOGUES: dict[Kind, Catalogue[Any]] = {
    "methods": METHOD_CARDS,
    "datasets": DATASET_CARDS,
    "protocols": PROTOCOL_CARDS,
    "metrics": METRIC_CARDS,
    "encoders": ENCODER_CARDS,
    "judges": JUDGE_CARDS,
    "presets": PRESET_CARDS,
}
