"""What is known of each method on a page: its card, where the method is registered here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.cards import MethodCard, Option
from registry.catalogue import METHOD_CARDS
from benchmark.tables.groups import Run


@dataclass(frozen=True)
class KnownMethod:
    """A method of the runs.

    Attributes:
        anchor: its place on the page.
        card: None where no card of this name is registered.
        variants: the options that each variant among the runs changes; None where the card has no such variant.
    """

    anchor: str
    name: str
    title: str
    card: MethodCard | None
    variants: dict[str, dict[str, Option] | None]


def known_methods(runs: Sequence[Run]) -> dict[str, KnownMethod]:
    """The methods of runs by name, in the order of the runs; real images are none."""
    titles: dict[str, str] = {}
    variants: dict[str, dict[str, None]] = {}
    for _, result in runs:
        if result.kind != "real":
            titles.setdefault(result.method, result.title)
            named = variants.setdefault(result.method, {})
            if result.variant is not None:
                named[result.variant] = None
    found: dict[str, KnownMethod] = {}
    for number, (name, title) in enumerate(titles.items(), start=1):
        card = METHOD_CARDS.find(name).card if name in METHOD_CARDS else None
        changes = {variant: None if card is None else card.variants.get(variant) for variant in variants[name]}
        found[name] = KnownMethod(f"method-{number}", name, title, card, changes)
    return found
