"""Which metrics are set against each other in a plot, and which methods no other beats on both."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.tables.table import Column


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


def chosen_column(wanted: Sequence[str], columns: Sequence[Column], known: Collection[str]) -> Column | None:
    """The first wanted metric among `columns` that is `known` to have figures; None where there is none."""
    by_id = {column.id: column for column in columns}
    return next((by_id[name] for name in wanted if name in by_id and name in known), None)


def undominated(points: Sequence[tuple[float, float]]) -> list[int]:
    """Places of the points that no other is at least as good as on both, and better on one; more is better."""
    return [
        place
        for place, (x, y) in enumerate(points)
        if not any(u >= x and v >= y and (u, v) != (x, y) for u, v in points)
    ]
