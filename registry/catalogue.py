"""The catalogue: every declared name of every kind, with its card and the place that declares it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, Literal

from registry.cards import (
    CardType,
    DatasetCard,
    JudgeCard,
    MethodCard,
    MetricCard,
    ProtocolCard,
    read_card,
)
from registry.errors import DuplicateNameError, UnknownNameError, unknown

Kind = Literal["methods", "datasets", "protocols", "metrics", "judges"]


@dataclass(frozen=True)
class Entry(Generic[CardType]):
    """One declared name: its card, and the file that declares it."""

    card: CardType
    place: str


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

    def declare(self, card: CardType, place: str) -> None:
        """Add a name.

        Raises:
            DuplicateNameError: if the name is taken; both places are named.
        """
        self._scan()
        self._add(card, place)

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

    def __contains__(self, name: str) -> bool:
        self._scan()
        return name in self._entries

    def __iter__(self) -> Iterator[Entry[CardType]]:
        self._scan()
        return iter(sorted(self._entries.values(), key=lambda each: each.card.name))

    def _scan(self) -> None:
        if not self._scanned:
            self._scanned = True
            for path in sorted(_folder(self._package).glob(self._pattern)):
                self._add(read_card(path, self.card_type), str(path))

    def _add(self, card: CardType, place: str) -> None:
        taken = self._entries.get(card.name)
        if taken is not None:
            raise DuplicateNameError(
                f"{self.kind} {card.name!r} is declared twice: in {taken.place} and in {place}; rename one"
            )
        self._entries[card.name] = Entry(card, place)


@cache
def _folder(package: str) -> Path:
    parent, _, child = package.partition(".")
    spec = find_spec(parent)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"package {parent} is not installed")
    return Path(spec.origin).parent / child


METHOD_CARDS = Catalogue("method", MethodCard, "methods", "**/method.yaml")
DATASET_CARDS = Catalogue("dataset", DatasetCard, "benchmark.datasets", "*/dataset.yaml")
PROTOCOL_CARDS = Catalogue("protocol", ProtocolCard, "benchmark.protocols", "*.yaml")
METRIC_CARDS = Catalogue("metric", MetricCard, "benchmark.metrics", "cards/*.yaml")
JUDGE_CARDS = Catalogue("judge", JudgeCard, "benchmark.judges", "*.yaml")

CATALOGUES: dict[Kind, Catalogue[Any]] = {
    "methods": METHOD_CARDS,
    "datasets": DATASET_CARDS,
    "protocols": PROTOCOL_CARDS,
    "metrics": METRIC_CARDS,
    "judges": JUDGE_CARDS,
}
