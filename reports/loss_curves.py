"""A run's losses as small inline plots, read from its progress file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MAX_POINTS: Final = 200
_LOG_FROM: Final = 20.0
"""Losses that span more than this factor are drawn on a logarithmic scale."""
WIDTH: Final = 240
HEIGHT: Final = 110
_MARGIN: Final = 4

Point = tuple[int, float]


@dataclass(frozen=True)
class LossCurve:
    """One loss of one training stage.

    Attributes:
        path: the curve within `WIDTH` x `HEIGHT`, as an SVG path takes it.
        least: least value.
        most: greatest value.
        last: value at the last iteration.
        iterations: number of the last iteration.
        log: whether the scale is logarithmic.
    """

    stage: str
    loss: str
    path: str
    least: float
    most: float
    last: float
    iterations: int
    log: bool


def read_loss_curves(path: Path) -> list[LossCurve]:
    """The curves in a `progress.jsonl`, by stage; none where there is no such file.

    Lines that are no record of losses are passed over: a killed run may leave half of one. Where a stage was resumed,
    the later record of an iteration counts.
    """
    found: dict[tuple[str, str], dict[int, float]] = {}
    for stage, iteration, losses in _records(path):
        for loss, value in losses.items():
            if isinstance(value, int | float) and math.isfinite(value):
                found.setdefault((stage, str(loss)), {})[iteration] = float(value)
    return [_curve(stage, loss, sorted(points.items())) for (stage, loss), points in found.items()]


def _records(path: Path) -> Iterator[tuple[str, int, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        try:
            record = json.loads(line)
            yield str(record["stage"]), int(record["iteration"]), dict(record["losses"])
        except (ValueError, TypeError, KeyError):
            continue


def _curve(stage: str, loss: str, points: Sequence[Point]) -> LossCurve:
    values = [value for _, value in points]
    least, most, last = min(values), max(values), points[-1]
    log = least > 0 and most / least > _LOG_FROM
    return LossCurve(stage, loss, _path(thin(points), log), least, most, last[1], last[0], log)


def thin(points: Sequence[Point]) -> list[Point]:
    """At most `MAX_POINTS` means of equal runs of neighbours, each at its last iteration."""
    size = math.ceil(len(points) / MAX_POINTS)
    parts = [points[start : start + size] for start in range(0, len(points), size)]
    return [(part[-1][0], math.fsum(value for _, value in part) / len(part)) for part in parts]


def _path(points: Sequence[Point], log: bool) -> str:
    heights = [math.log(value) if log else value for _, value in points]
    first, span = points[0][0], max(points[-1][0] - points[0][0], 1)
    low, reach = min(heights), max(heights) - min(heights) or 1.0
    places = [
        (
            _MARGIN + (WIDTH - 2 * _MARGIN) * (iteration - first) / span,
            HEIGHT - _MARGIN - (HEIGHT - 2 * _MARGIN) * (height - low) / reach,
        )
        for (iteration, _), height in zip(points, heights, strict=True)
    ]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
