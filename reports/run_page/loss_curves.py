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
LARGEST: Final = 1e300
"""A loss beyond it counts as not finite: sums and spans of such numbers are."""
MAX_ITERATION: Final = 10**12
WIDTH: Final = 240
HEIGHT: Final = 110
_MARGIN: Final = 4

Point = tuple[int, float]


@dataclass(frozen=True)
class LossCurve:
    """One loss of one training stage.

    Attributes:
        path: the curve of its finite values within `WIDTH` x `HEIGHT`, as an SVG path takes it; "" where it has none.
        least: least finite value; NaN where it has none, as are the next two.
        most: greatest finite value.
        last: last finite value.
        iterations: number of the last iteration.
        log: whether the scale is logarithmic.
        not_finite_from: the iteration since which it was no finite number; None where it ended in one.
    """

    stage: str
    loss: str
    path: str
    least: float
    most: float
    last: float
    iterations: int
    log: bool
    not_finite_from: int | None = None

    @property
    def words(self) -> str:
        """Its range and how it ended."""
        ended = "" if self.not_finite_from is None else f"not finite from iteration {self.not_finite_from:,}"
        if not self.path:
            return ended
        span = f"{self.least:.4g} to {self.most:.4g}, "
        return span + (f"then {ended}" if ended else f"at last {self.last:.4g}")


def read_loss_curves(path: Path) -> list[LossCurve]:
    """The curves in a `progress.jsonl`, by stage; none where there is no such file.

    Lines that are no record of losses are passed over: a killed run may leave half of one. Where a stage was resumed,
    the later record of an iteration counts.
    """
    found: dict[tuple[str, str], dict[int, float]] = {}
    for stage, iteration, losses in _records(path):
        for loss, value in losses.items():
            if value is None or isinstance(value, int | float):  # a training writes null for what is not finite
                known = math.nan if value is None or abs(value) > LARGEST else float(value)
                found.setdefault((stage, str(loss)), {})[iteration] = known
    return [curve_of(stage, loss, sorted(points.items())) for (stage, loss), points in found.items()]


def _records(path: Path) -> Iterator[tuple[str, int, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        try:
            record = json.loads(line)
            stage, iteration, losses = str(record["stage"]), record["iteration"], dict(record["losses"])
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
        if isinstance(iteration, int) and 0 <= iteration <= MAX_ITERATION:
            yield stage, iteration, losses


def curve_of(stage: str, loss: str, points: Sequence[Point]) -> LossCurve:
    """The curve of a stage's figures, at least one, in the order of their iterations; NaN is not finite."""
    finite = [point for point in points if math.isfinite(point[1])]
    after = [iteration for iteration, _ in points if not finite or iteration > finite[-1][0]]
    iterations, not_finite_from = points[-1][0], min(after, default=None)
    if not finite:
        return LossCurve(stage, loss, "", math.nan, math.nan, math.nan, iterations, False, not_finite_from)
    values = [value for _, value in finite]
    least, most = min(values), max(values)
    log = least > 0 and most / least > _LOG_FROM
    return LossCurve(stage, loss, _path(thin(finite), log), least, most, values[-1], iterations, log, not_finite_from)


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
    if len(places) == 1:  # a line of no length is not drawn: a level one across says the same
        places = [(_MARGIN, HEIGHT / 2), (WIDTH - _MARGIN, HEIGHT / 2)]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
