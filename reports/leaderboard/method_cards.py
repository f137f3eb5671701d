"""What is known of each method on a page: its card, where the method is registered here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmark.paper_claims.check_claims import claims_on, verdicts
from benchmark.paper_claims.claim_verdict import Verdict
from benchmark.results.find_results import FinishedRun
from benchmark.results.outside_card import EXTERNAL, kept_card
from benchmark.results.schema import Result
from registry.cards import CardError, MethodCard, Option
from registry.catalogue import METHOD_CARDS


@dataclass(frozen=True)
class KnownMethod:
    """A method of the runs.

    Attributes:
        anchor: its place on the page.
        card: None where no card of this name is registered, or came with edits made elsewhere.
        variants: the options that each variant among the runs changes; None where the card has no such variant.
        claims: verdicts on what its card says that its paper claims, as far as the page's runs test it.
        num_untested: its other claims.
    """

    anchor: str
    name: str
    title: str
    card: MethodCard | None
    variants: dict[str, dict[str, Option] | None]
    claims: tuple[Verdict, ...] = ()
    num_untested: int = 0


def known_methods(runs: Sequence[FinishedRun]) -> dict[str, KnownMethod]:
    """The methods of runs by name, in the order of the runs; real images are none."""
    titles: dict[str, str] = {}
    cards: dict[str, MethodCard | None] = {}
    variants: dict[str, dict[str, None]] = {}
    for path, result in runs:
        if result.kind != "real":
            if result.method not in titles:
                cards[result.method] = _card(path.parent, result)
            titles.setdefault(result.method, result.title)
            named = variants.setdefault(result.method, {})
            if result.variant is not None:
                named[result.variant] = None
    found: dict[str, KnownMethod] = {}
    for number, (name, title) in enumerate(titles.items(), start=1):
        card = cards[name]
        changes = {variant: None if card is None else card.variants.get(variant) for variant in variants[name]}
        found[name] = KnownMethod(f"method-{number}", name, title, card, changes)
    return _with_claims(found, runs)


def _with_claims(methods: dict[str, KnownMethod], runs: Sequence[FinishedRun]) -> dict[str, KnownMethod]:
    """The methods with the verdicts on their cards' claims, all tests of which are one family."""
    found = verdicts(claims_on(method.card for method in methods.values() if method.card is not None), runs)
    for name, method in methods.items():
        mine = [verdict for verdict in found if verdict.of.card is method.card]
        tested = tuple(verdict for verdict in mine if verdict.word is not None)
        methods[name] = replace(method, claims=tested, num_untested=len(mine) - len(tested))
    return methods


def _card(run: Path, result: Result) -> MethodCard | None:
    """The card of a registered method, or that which came with edits made elsewhere."""
    if result.weights_origin != EXTERNAL:
        return METHOD_CARDS.find(result.method).card if result.method in METHOD_CARDS else None
    try:
        return kept_card(run)
    except CardError:
        return None
