"""What a method costs, as columns beside its figures."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmark.results.schema import Cost, Result
from benchmark.tables.table import Cell, Column


def cost_columns(results: Sequence[Result]) -> tuple[Column, ...]:
    """The costs that any of the results has a card's facts of, in the order of `Cost`."""
    facts = {name: fact for result in reversed(results) for name, fact in result.metrics.items()}
    names = [field.replace("_", "-") for field in Cost.model_fields]
    return tuple(Column(name, facts[name]) for name in names if name in facts)


def cost_cells(columns: Sequence[Column], results: Sequence[Result]) -> tuple[Cell, ...]:
    """Costs of one method's seeds: the mean over the seeds that have one; real images have none."""
    if results[0].kind == "real":
        return tuple(Cell(column, None, seeds=0, reason="no method made these images") for column in columns)
    return tuple(_cell(column, [_measured(column, result.cost) for result in results]) for column in columns)


def _measured(column: Column, cost: Cost) -> float | None:
    """The cost in the unit of its column."""
    found: float | None = getattr(cost, column.id.replace("-", "_"))
    return None if found is None else found / column.facts.scale


def _cell(column: Column, costs: Sequence[float | None]) -> Cell:
    found = [cost for cost in costs if cost is not None and math.isfinite(cost)]
    if not found:
        return Cell(column, None, seeds=0, seeds_run=len(costs), reason="the method has no such cost on record")
    return Cell(
        column,
        math.fsum(found) / len(found),
        seeds=len(found),
        seeds_run=len(costs),
        seed_range=(min(found), max(found)) if len(found) > 1 else None,
    )
