"""Which of many results a page is asked for: by dataset, protocol, method and metric."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmark.results.find_results import Run
from benchmark.results.schema import Result
from registry.catalogue import DATASET_CARDS, PROTOCOL_CARDS
from registry.errors import UnknownNameError, unknown

Content = TypeVar("Content")


@dataclass(frozen=True)
class Selection:
    """What is asked for; everything where nothing is named.

    Attributes:
        methods: learned methods, with their variants as in run folders. Reference methods and real images stay: a
            learned method says nothing without them.
        metrics: ids of metrics and costs.
    """

    dataset: str | None = None
    protocol: str | None = None
    methods: Sequence[str] = ()
    metrics: Sequence[str] = ()


def select(runs: Sequence[Run], asked: Selection) -> list[Run]:
    """The runs asked for, each without what was not.

    Raises:
        UnknownNameError: if neither the runs nor the registries know a dataset or protocol of the name, or no run is of
            a method or has a metric that was asked for.
    """
    results = [result for _, result in runs]
    datasets = {result.dataset for result in results} | {entry.card.name for entry in DATASET_CARDS}
    _check("dataset", filter(None, [asked.dataset]), datasets)
    protocols = {name for result in results for name in result.protocols} | {each.card.name for each in PROTOCOL_CARDS}
    _check("protocol", filter(None, [asked.protocol]), protocols)
    _check("method of these runs", asked.methods, {result.label for result in results if result.kind == "learned"})
    _check("metric of these runs", asked.metrics, {name for result in results for name in result.metrics})
    return [(path, _trimmed(result, asked)) for path, result in runs if _is_asked(result, asked)]


def _check(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise UnknownNameError(unknown(what, name, known))


def _is_asked(result: Result, asked: Selection) -> bool:
    return (
        asked.dataset in (None, result.dataset)
        and (asked.protocol is None or asked.protocol in result.protocols)
        and (not asked.methods or result.kind != "learned" or result.label in asked.methods)
    )


def _trimmed(result: Result, asked: Selection) -> Result:
    protocols = {
        name: found.model_copy(update={"metrics": _named(found.metrics, asked.metrics)})
        for name, found in result.protocols.items()
        if asked.protocol in (None, name)
    }
    return result.model_copy(update={"protocols": protocols, "metrics": _named(result.metrics, asked.metrics)})


def _named(found: dict[str, Content], names: Sequence[str]) -> dict[str, Content]:
    return {name: each for name, each in found.items() if not names or name in names}
