"""Operating points as rows: a method at a level of success has a row for the strength, and for each metric there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from benchmark.statistics.equal_success import Estimate
from benchmark.tables.long_format import OF_METHOD, Figure, of_method
from benchmark.tables.table import Cell, MethodPoints, Table

COLUMNS: Final = (
    *OF_METHOD,
    "success",
    "level",
    "metric",
    "value",
    "low",
    "high",
    "behind",
    "behind_low",
    "behind_high",
    "emphasis",
    "n",
    "seeds",
    "verdict",
    "reason",
)


def operating_rows(tables: Sequence[Table]) -> Iterator[tuple[Figure, ...]]:
    """Every figure at equal success, in the order of `COLUMNS`; a method without any has one row, with the reason."""
    for table in tables:
        if (found := table.operating) is None:
            continue
        for row, method in zip(table.rows, found.methods, strict=True):
            for figures in _figures(method):
                yield (*of_method(table, row), found.success.id, *figures)


def _figures(method: MethodPoints) -> Iterator[tuple[Figure, ...]]:
    verdict = None if method.editing is None else method.editing.verdict
    if not method.levels:
        yield (*[None] * 11, verdict, method.reason)
    for point in method.levels:
        for cell in (point.strength, *point.preserved):
            yield (point.level, *_facts(cell, point.behind), verdict, cell.reason)


def _facts(cell: Cell, behind: Mapping[str, Estimate]) -> tuple[Figure, ...]:
    gap = behind.get(cell.column.id)
    ends = (None, None, None) if gap is None else (gap.value, gap.low, gap.high)
    return (cell.column.id, cell.value, cell.low, cell.high, *ends, cell.emphasis, cell.n, cell.seeds)
