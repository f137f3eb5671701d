"""What a training came to on faces that it does not learn from: figures by stage and iteration, and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from benchmark.runtime.json_files import ResultError, read_strictly, write_strictly

VALIDATION: Final = "validation"
"""The folder of a run that has the curve and its pictures."""
CURVE: Final = "curve.json"
GIVEN: Final = "given.png"
"""Beside it: what the tasks that are shown give, a column each, over the edits of every point."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ValidationPoint(_Strict):
    """One validation of a model that is trained.

    Attributes:
        iteration: iterations of the stage that were done.
        figures: by name; None where there was none.
        seconds: what it took, wall clock; no part of the training's own time.
    """

    iteration: int = Field(ge=1)
    figures: dict[str, float | None]
    seconds: float = 0.0


class StageCurve(_Strict):
    """The points of one training stage.

    Attributes:
        faces: which faces it was validated on, in words.
        protocol: whose tasks were edited.
        num_tasks: how many; 0 of a stage that makes no edits, which has no protocol.
        given: what the rows of `given_picture` are.
        probe: what the rows of `probe_picture` are.
        kept: the iteration whose networks the stage left, where those of the best point are kept.
    """

    faces: str
    protocol: str
    num_tasks: int
    given: list[str] = []
    probe: list[str] = []
    points: list[ValidationPoint] = []
    kept: int | None = None

    @property
    def names(self) -> list[str]:
        """Of the figures, in the order in which they first come."""
        return list(dict.fromkeys(name for point in self.points for name in point.figures))


class ValidationCurve(_Strict):
    """The file: the stages' curves by name, in the order of the training."""

    schema_version: Literal[1] = 1
    stages: dict[Annotated[str, Field(pattern=r"^[^/\\]+$")], StageCurve] = {}


def curve_path(run: Path) -> Path:
    """The curve of a run."""
    return run / VALIDATION / CURVE


def given_picture(run: Path) -> Path:
    """What the tasks that are shown give, a column each."""
    return run / VALIDATION / GIVEN


def edits_picture(run: Path, stage: str, iteration: int) -> Path:
    """The edits of a point, a column each."""
    return run / VALIDATION / f"{stage}-{iteration:07d}.png"


def probe_picture(run: Path, stage: str) -> Path:
    """What a stage's last point shows beside edits, a column a face."""
    return run / VALIDATION / f"{stage}-probe.png"


def read_curve(run: Path) -> ValidationCurve:
    """The curve of a run; one without a stage where there is none that can be read."""
    try:
        return read_strictly(curve_path(run), ValidationCurve)
    except ResultError:
        return ValidationCurve()


def write_stage_curve(run: Path, stage: str, curve: StageCurve) -> None:
    """Put a stage's points on the run's curve, in place of those that it has there, atomically."""
    stages = read_curve(run).stages
    if stages.get(stage) != curve and (curve.points or stage in stages):
        write_strictly(curve_path(run), ValidationCurve(stages={**stages, stage: curve}))
