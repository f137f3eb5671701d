"""Trade-offs of two metrics: which pairs are plotted first, and the methods that no other beats on both."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from benchmark.tables.table import Column, Row, Table


@dataclass(frozen=True)
class TradeOff:
    """Two axes, each with the metrics that may stand on it, the first that has figures before the others."""

    name: str
    x: tuple[str, ...]
    y: tuple[str, ...]


TRADE_OFFS: Final = (
    TradeOff(
        "quality-cost",
        x=("edit-ms", "parameters", "flops"),
        y=("fid", "frechet-judge", "kernel-judge", "psnr-oracle", "seg-miou"),
    ),
    TradeOff(
        "edit-identity",
        x=("identity", "attribute-preservation", "style-color", "psnr-oracle"),
        y=("attribute-accuracy", "seg-miou", "seg-accuracy"),
    ),
)


@dataclass(frozen=True)
class ParetoPlot:
    """One metric of a table against another.

    Attributes:
        points: (x, y) by the number of the row, of those that have both figures.
        front: rows of the learned methods that no other learned method beats on both, in the order of `x`.
    """

    x: Column
    y: Column
    points: dict[int, tuple[float, float]]
    front: tuple[int, ...]


def pareto_plot(rows: Sequence[Row], x: int, y: int) -> ParetoPlot:
    """The plot of two columns of a table's rows, each by its place."""
    points: dict[int, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        across, up = row.cells[x].value, row.cells[y].value
        if across is not None and up is not None:
            points[number] = (across, up)
    columns = [rows[0].cells[place].column for place in (x, y)]
    signs = [1 if column.facts.direction == "up" else -1 for column in columns]
    learned = [number for number in points if rows[number].kind == "learned"]
    merits = [(signs[0] * points[number][0], signs[1] * points[number][1]) for number in learned]
    front = sorted((learned[place] for place in undominated(merits)), key=lambda number: points[number][0])
    return ParetoPlot(columns[0], columns[1], points, tuple(front))


def columns_with_values(rows: Sequence[Row]) -> list[int]:
    """Places of the columns in which any row has a figure."""
    return [place for place in range(len(rows[0].cells)) if any(row.cells[place].value is not None for row in rows)]


def fronts_of_all_pairs(table: Table) -> dict[tuple[int, int], tuple[int, ...]]:
    """The front of every two columns with figures, the left of the two across."""
    pairs = combinations(columns_with_values(table.rows), 2)
    return {(x, y): pareto_plot(table.rows, x, y).front for x, y in pairs}


def trade_off_columns(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Places of the two columns (x, y) of each of `TRADE_OFFS` that has both, no two the same."""
    known = {rows[0].cells[place].column.id: place for place in columns_with_values(rows)}
    found: list[tuple[int, int]] = []
    for trade_off in TRADE_OFFS:
        y = _first_known(trade_off.y, known)
        x = _first_known([name for name in trade_off.x if name != y], known)
        if x is not None and y is not None and (known[x], known[y]) not in found:
            found.append((known[x], known[y]))
    return found


def _first_known(names: Sequence[str], known: Collection[str]) -> str | None:
    return next((name for name in names if name in known), None)


def undominated(points: Sequence[tuple[float, float]]) -> list[int]:
    """Places of the points that no other is at least as good as on both, and better on one; more is better."""
    found: list[int] = []
    for place in sorted(range(len(points)), key=lambda place: points[place], reverse=True):
        # the best on x first: a point needs more on y than the last one kept, unless it is the same point
        if not found or points[place][1] > points[found[-1]][1] or points[place] == points[found[-1]]:
            found.append(place)
    return sorted(found)
