"""A run's validation curves, with pictures of the edits that each point is of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmark.results.validation_curve import StageCurve, edits_picture, given_picture, probe_picture, read_curve
from reports.rendering.pictures import picture_uri
from reports.run_page.loss_curves import LARGEST, LossCurve, curve_of

MAX_PICTURES: Final = 8
"""Points whose edits a page shows, evenly spread, with the last."""


@dataclass(frozen=True)
class ValidatedStage:
    """What a page shows of a stage.

    Attributes:
        curves: of each figure that has any value.
        given: what the tasks of the pictures give; None where it is not here.
        edits: pictures by iteration.
        probe: what the last point shows beside edits.
    """

    about: StageCurve
    curves: list[LossCurve]
    given: str | None
    edits: dict[int, str]
    probe: str | None


def read_validated_stages(run: Path) -> dict[str, ValidatedStage]:
    """The stages of a run that have a validation curve, by name."""
    return {name: _stage(run, name, curve) for name, curve in read_curve(run).stages.items() if curve.points}


def _stage(run: Path, name: str, curve: StageCurve) -> ValidatedStage:
    points = curve.points
    series = {figure: [(point.iteration, point.figures.get(figure)) for point in points] for figure in curve.names}
    curves = [
        curve_of(name, figure, [(iteration, _known(value)) for iteration, value in values])
        for figure, values in series.items()
        if any(value is not None for _, value in values)
    ]
    step = math.ceil(len(points) / MAX_PICTURES)
    shown = [point.iteration for point in points[::-1][::step]][::-1]
    found = {iteration: picture_uri(edits_picture(run, name, iteration)) for iteration in shown}
    edits = {iteration: uri for iteration, uri in found.items() if uri is not None}
    given = picture_uri(given_picture(run)) if edits else None
    return ValidatedStage(curve, curves, given, edits, picture_uri(probe_picture(run, name)))


def _known(value: float | None) -> float:
    return math.nan if value is None or abs(value) > LARGEST else value
