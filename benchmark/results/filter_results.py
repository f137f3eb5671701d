"""Which of many results a page shows: by dataset, protocol, method and metric."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmark.results.find_results import FinishedRun
from benchmark.results.schema import Result
from registry.catalogue import DATASET_CARDS, PROTOCOL_CARDS
from registry.errors import UnknownNameError, unknown

Content = TypeVar("Content")


@dataclass(frozen=True)
class Selection:
    """What is selected; everything where nothing is named.

    Attributes:
        methods: learned methods, with their variants as in run folders. Reference methods and real images stay: a
            learned method says nothing without them.
        metrics: ids of metrics and costs.
    """

    dataset: str | None = None
    protocol: str | None = None
    methods: Sequence[str] = ()
    metrics: Sequence[str] = ()


def select(runs: Sequence[FinishedRun], selection: Selection) -> list[FinishedRun]:
    """The selected runs, each without what was not selected.

    Raises:
        UnknownNameError: if neither the runs nor the registries know a dataset or protocol of the name, or no run is of
            a method or has a metric that was named.
    """
    results = [result for _, result in runs]
    datasets = {result.dataset for result in results} | {entry.card.name for entry in DATASET_CARDS}
    _check("dataset", filter(None, [selection.dataset]), datasets)
    protocols = {name for result in results for name in result.protocols} | {
        entry.card.name for entry in PROTOCOL_CARDS
    }
    _check("protocol", filter(None, [selection.protocol]), protocols)
    _check("method of these runs", selection.methods, {result.label for result in results if result.kind == "learned"})
    _check("metric of these runs", selection.metrics, {name for result in results for name in result.metrics})
    return [FinishedRun(path, _trimmed(result, selection)) for path, result in runs if _is_selected(result, selection)]


def _check(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise UnknownNameError(unknown(what, name, known))


def _is_selected(result: Result, selection: Selection) -> bool:
    return (
        selection.dataset in (None, result.dataset)
        and (selection.protocol is None or selection.protocol in result.protocols)
        and (not selection.methods or result.kind != "learned" or result.label in selection.methods)
    )


def _trimmed(result: Result, selection: Selection) -> Result:
    protocols = {
        name: found.model_copy(
            update={
                "metrics": _named(found.metrics, selection.metrics),
                "attributes": {part: _named(cells, selection.metrics) for part, cells in found.attributes.items()},
            }
        )
        for name, found in result.protocols.items()
        if selection.protocol in (None, name)
    }
    return result.model_copy(update={"protocols": protocols, "metrics": _named(result.metrics, selection.metrics)})


def _named(found: dict[str, Content], names: Sequence[str]) -> dict[str, Content]:
    return {name: content for name, content in found.items() if not names or name in names}
