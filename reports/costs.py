"""What a method costs, as columns beside its figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from benchmark.results import Cost, MetricFacts, Result
from reports.cells import Cell, Column


def _column(name: str, title: str, unit: str, decimals: int) -> Column:
    return Column(
        name,
        MetricFacts(title=title, direction="down", unit=unit, decimals=decimals, level="cost", min_n=0, citation=""),
    )


_COSTS: tuple[tuple[Column, Callable[[Cost], float | None]], ...] = (
    (_column("parameters", "Parameters", "M", 2), lambda cost: cost.parameters / 1e6),
    (_column("flops", "FLOPs", "G / image", 2), lambda cost: None if cost.flops is None else cost.flops / 1e9),
    (_column("edit-time", "Edit time", "ms / image", 1), lambda cost: cost.edit_ms),
    (_column("peak-memory", "Peak memory", "MiB", 0), lambda cost: cost.peak_memory_mib),
    (
        _column("training-time", "Training time", "min", 1),
        lambda cost: None if cost.train_seconds is None else cost.train_seconds / 60,
    ),
)

COST_COLUMNS = tuple(column for column, _ in _COSTS)


def cost_cells(results: Sequence[Result]) -> tuple[Cell, ...]:
    """Costs of one method's seeds: the mean over the seeds that have one; real images have none."""
    if results[0].kind == "real":
        return tuple(Cell(column, None, seeds=0, reason="no method made these images") for column in COST_COLUMNS)
    return tuple(_cell(column, [measure(result.cost) for result in results]) for column, measure in _COSTS)


def _cell(column: Column, costs: Sequence[float | None]) -> Cell:
    found = [cost for cost in costs if cost is not None and math.isfinite(cost)]
    if not found:
        return Cell(column, None, seeds=0, asked_seeds=len(costs), reason="the method has no such cost on record")
    return Cell(
        column,
        math.fsum(found) / len(found),
        seeds=len(found),
        asked_seeds=len(costs),
        seed_range=(min(found), max(found)) if len(found) > 1 else None,
    )
