"""The result file: its versioned schema, atomic writing, and reading that names what is wrong."""

from __future__ import annotations

import math
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from benchmark.runtime.json_files import read_strictly, write_strictly

SCHEMA_VERSION: Literal[1] = 1


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="null")


def _strength(name: str) -> str:
    try:
        finite = math.isfinite(float(name))
    except ValueError:
        finite = False
    if not finite:
        raise PydanticCustomError("no_strength", "strength {name} is no number", {"name": repr(name)})
    return name


Strength = Annotated[str, AfterValidator(_strength)]
"""The strength of tasks, a number as it is written."""


class Value(_Strict):
    """One cell: a number with its interval, or nothing with a reason.

    Attributes:
        value: the number; None where there is none, and then `reason` says why.
        n: tasks (or images) that it was computed from.
        low: lower end of the 95% interval.
        high: upper end.
        interval: how the interval was made, e.g. "bootstrap by source face, 1000 draws".
        reason: why there is no value, or a caution on the one there is (too few images, say).
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    interval: str | None = None
    reason: str | None = None


class MetricInfo(_Strict):
    """What a table must know of a metric to print it.

    Attributes:
        direction: whether more is better.
        unit: "" for a fraction.
        decimals: digits after the point in tables.
        level: a figure an image, one a set, or a cost of the method.
        axis: what it measures, as its card says; None where that says none, and in older files.
        fallback: whether it votes in ranks only where no other metric of its axis does.
        scale: what a table divides a cost by, to print it in `unit`.
        min_n: the smallest sound number of tasks; below it a table flags the figure.
        weights_sha256: of the weights files that its figures rest on; None where it needs none, or has them not.
        caveats: where the metric is blind, coarse or misleads, as its card says.
    """

    title: str
    direction: Literal["up", "down"]
    unit: str
    decimals: int = Field(ge=0, le=12)
    level: Literal["image", "set", "cost"]
    min_n: int
    citation: str
    axis: str | None = None
    fallback: bool = False
    scale: float = Field(default=1.0, gt=0)
    weights_sha256: str | None = None
    caveats: list[str] = []


class ProtocolResult(_Strict):
    """A method's figures under one protocol.

    Attributes:
        tasks_sha256: of the task table; results compare only where it is the same.
        rule: how tasks were drawn, in words (whether poses were matched, for one).
        metrics: by metric id.
        breakdown: by metric id, then class or attribute.
        num_scored: how many tasks were scored, where some have no edit; None where all were.
        attributes: figures of the tasks of each attribute, by attribute and metric id, where the protocol transfers
            several; the figures of image metrics in `metrics` are then means over attributes.
        strengths: figures of the tasks of each strength, by strength and metric id, where tasks come at several, of the
            edit or of the errors of what is requested; the figures of image metrics in `metrics` are then areas under
            the curve over strength, per unit of strength.
        losses: by metric id, how much worse the figure is at strength 1 than at 0, where tasks are of both.
        scores_sha256: of the file with the scores of its tasks; None where there is none, and in older files.
    """

    title: str
    num_tasks: int
    tasks_sha256: str
    rule: str
    metrics: dict[str, Value]
    breakdown: dict[str, dict[str, float | None]] = Field(default_factory=dict)
    attributes: dict[str, dict[str, Value]] = Field(default_factory=dict)
    strengths: dict[Strength, dict[str, Value]] = Field(default_factory=dict)
    losses: dict[str, Value] = Field(default_factory=dict)
    scores_sha256: str | None = None
    reason: str | None = None
    """Why the method did not take part, where it did not; then `metrics` is empty."""
    num_scored: int | None = None


class JudgeInfo(_Strict):
    """A judge that scored: its weights' SHA-256 and its own scores on the test split.

    Attributes:
        caution: what its figures must be read with, such as that it was trained on test faces.
    """

    title: str
    weights_sha256: str
    recipe: str
    scores: dict[str, float]
    caution: str | None = None


class DatasetInfo(_Strict):
    """The dataset as it was used.

    Attributes:
        title: of its card.
        fingerprint: SHA-256 of the packed faces.
        size: side of the square images in pixels.
        faces: used, by split.
        skipped: faces left out.
        resize_policy: how faces came to this size, in words.
        left_out: faces, and other files that are not used, by reason.
    """

    title: str
    fingerprint: str
    size: int
    faces: dict[str, int]
    skipped: int
    resize_policy: str
    left_out: dict[str, int] = Field(default_factory=dict)


class Cost(_Strict):
    """What the method costs, as measured; None with no reason needed where it has no such cost.

    A cost's card is named after its key here.

    Attributes:
        parameters: of everything `edit` uses; None where the method is out of sight.
        flops: multiply-adds counted twice, of one edited image.
        train_seconds: wall clock of all training stages, over every sitting.
        train_cpu_seconds: processor time of the same, of the processes that train and load faces; None too where none
            was noted.
        edit_ms: median wall clock of one edited image.
        peak_memory_mib: largest memory resident in the process while it edited (GPU: allocated).
        device: hardware the figures were taken on.
    """

    parameters: int | None
    flops: int | None
    train_seconds: float | None
    train_cpu_seconds: float | None = None
    edit_ms: float | None
    peak_memory_mib: float | None
    device: str


WeightsOrigin = Literal["trained", "checkpoint", "published", "pretrained", "external", "none"]
"""Where a method's weights come from: this run's training, the checkpoint of another run, a file that its authors
published, what the method brings along, whatever made edits elsewhere, or nowhere, as it has none."""


class Result(_Strict):
    """What one run (method × dataset × seed) came to."""

    schema_version: Literal[1] = SCHEMA_VERSION
    kind: Literal["learned", "reference", "real"]
    method: str
    title: str
    variant: str | None = None
    seed: int
    preset: str
    dataset: str
    dataset_facts: DatasetInfo
    weights_origin: WeightsOrigin
    weights_sha256: str | None = None
    notes: dict[str, str] = Field(default_factory=dict)
    """What a method says of its own training, such as where perceptual weights came from."""
    judges: dict[str, JudgeInfo]
    """By role, whichever judge had it."""
    metrics: dict[str, MetricInfo]
    protocols: dict[str, ProtocolResult]
    cost: Cost
    experiment_sha256: str
    configuration_sha256: str | None = None
    """Of what the seeds of a method share (`Experiment.configuration_sha256`); older files do not say it."""
    benchmark_version: str | None = None
    """Version of this package that wrote the result; older files do not say it."""

    @model_validator(mode="after")
    def _describes_every_metric(self) -> Self:
        for name, protocol in self.protocols.items():
            for metric in (*protocol.metrics, *chain.from_iterable(protocol.attributes.values())):
                if metric not in self.metrics:
                    raise PydanticCustomError(
                        "undescribed_metric",
                        "protocol {protocol} has a figure of {metric}, which metrics does not describe",
                        {"protocol": repr(name), "metric": repr(metric)},
                    )
        return self

    @property
    def label(self) -> str:
        """The method with its variant, as in run folders: `maskgan+no-ebst`."""
        return f"{self.method}+{self.variant}" if self.variant else self.method


def write_result(path: Path, result: Result) -> None:
    """Write `result.json` atomically."""
    write_strictly(path, result)


def read_result(path: Path) -> Result:
    """Read a result file of this schema version, whose newer fields have defaults that hold for older files.

    Raises:
        ResultError: if it is missing, not JSON, of another schema version, or a key is wrong.
    """
    return read_strictly(path, Result)


Kind = Literal["real", "reference", "learned"]
