"""Verdicts as one list of rows: a row for every claim, and several where several sets of runs test it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from benchmark.paper_claims.claim_verdict import Side, Verdict
from benchmark.paper_claims.needed import Needed
from registry.claims import OrderingClaim

COLUMNS: Final = (
    "method",
    "id",
    "statement",
    "source",
    "protocol",
    "metric",
    "better",
    "worse",
    "value",
    "verdict",
    "dataset",
    "size",
    "preset",
    "gain",
    "low",
    "high",
    "p_value",
    "holm_p",
    "n",
    "seeds",
    "needed_seeds",
    "needed_tasks",
    "needed",
    "differs",
    "reason",
)
Cell = str | float | None


def verdict_rows(found: Sequence[Verdict]) -> Iterator[tuple[Cell, ...]]:
    """Every verdict, in the order of `COLUMNS`."""
    for verdict in found:
        claim, place = verdict.of.claim, verdict.place
        yield (
            verdict.of.card.name,
            claim.id,
            claim.statement,
            claim.source,
            claim.protocol,
            claim.metric,
            *_claimed(verdict),
            verdict.word,
            *((None, None, None) if place is None else (place.dataset, place.size, place.preset)),
            verdict.gain,
            verdict.low,
            verdict.high,
            verdict.p_value,
            verdict.holm_p,
            verdict.n,
            seeds_in_words(verdict.sides),
            *_needed(verdict.needed),
            "; ".join(verdict.differs) or None,
            verdict.reason,
        )


def _claimed(verdict: Verdict) -> tuple[Cell, ...]:
    """The better and the worse method of an ordering; the method and the figure of a number."""
    claim = verdict.of.claim
    if isinstance(claim, OrderingClaim):
        return claim.better, claim.worse, None
    return claim.method or verdict.of.card.name, None, claim.value


def _needed(found: Needed | None) -> tuple[Cell, ...]:
    """The seeds, the tasks, and both in words."""
    if found is None:
        return None, None, None
    seeds, tasks = found.both or (found.seeds, found.tasks)
    return seeds, tasks, found.words


def seeds_in_words(sides: Sequence[Side]) -> str | None:
    """How many seeds of each method were tested: "3 and 1"."""
    return " and ".join(str(len(side.seeds)) for side in sides) or None
