"""Verdicts as one list of rows: a row for every claim, and several where several sets of runs test it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from benchmark.paper_claims.verdict import Side, Verdict
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
        claim, needed, place = verdict.of.claim, verdict.needed, verdict.place
        ordering = claim if isinstance(claim, OrderingClaim) else None
        own = None if isinstance(claim, OrderingClaim) else claim
        both = needed.both if needed is not None and needed.both is not None else (None, None)
        yield (
            verdict.of.card.name,
            claim.id,
            claim.statement,
            claim.source,
            claim.protocol,
            claim.metric,
            (own.method or verdict.of.card.name) if own else ordering and ordering.better,
            ordering and ordering.worse,
            own and own.value,
            verdict.word,
            place and place.dataset,
            place and place.size,
            place and place.preset,
            verdict.gain,
            verdict.low,
            verdict.high,
            verdict.p_value,
            verdict.holm_p,
            verdict.n,
            seeds_in_words(verdict.sides),
            needed and (needed.seeds or both[0]),
            needed and (needed.tasks or both[1]),
            needed and needed.words,
            "; ".join(verdict.differs) or None,
            verdict.reason,
        )


def seeds_in_words(sides: Sequence[Side]) -> str | None:
    """How many seeds of each method were tested: "3 and 1"."""
    return " and ".join(str(len(side.seeds)) for side in sides) or None
