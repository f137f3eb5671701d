"""The file of a calibration: its versioned schema, atomic writing, and reading that names what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from benchmark.results.schema import DatasetInfo, JudgeInfo, MetricInfo
from benchmark.runtime.atomic_files import write_text_atomically
from benchmark.runtime.json_files import read_strictly

SCHEMA_VERSION: Literal[1] = 1
RESULT_NAME = "calibration.json"

Shape = Literal["rising", "falling", "insensitive", "not monotone"]
"""How a value changes as the strength grows."""
Verdict = Literal["sees", "blind", "misleads"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="null")


class Curve(_Strict):
    """One metric under one degradation.

    Attributes:
        figures: the metric's value by strength, on all tasks.
        margins: half the width of a 95% interval of each value.
        shape: whether the value rises or falls with the strength, changes both ways, or not beyond chance.
        verdict: "sees" where it only gets worse as the images do, "blind" where it does not change, else "misleads".
        correlation: Spearman's, of the strength with how bad the metric says the images are: 1 is right, -1 is
            backwards, None is a constant value.
        correlation_low: lower end of its 95% interval.
        correlation_high: upper end.
        least_n: tasks from which on each strength but the first is distinguished from the one before it; None where
            even half of the tasks are too few.
    """

    figures: list[float]
    margins: list[float]
    shape: Shape
    verdict: Verdict
    correlation: float | None
    correlation_low: float | None
    correlation_high: float | None
    least_n: list[int | None]

    @property
    def hardest_n(self) -> int | None:
        """Tasks from which on all neighbouring strengths are distinguished; None where some never are."""
        return None if None in self.least_n else max(size for size in self.least_n if size is not None)


class MetricCalibration(_Strict):
    """One metric under every degradation, or the reason why it has no values; curves by degradation."""

    curves: dict[str, Curve]
    reason: str | None = None


class DegradationInfo(_Strict):
    """A degradation as it was applied.

    Attributes:
        strengths: from 0 upwards.
        errors: by strength, the root mean square difference from the true edits in levels of 255.
    """

    title: str
    unit: str
    summary: str
    strengths: list[float]
    errors: list[float]


class AttributeCalibration(_Strict):
    """All metrics on the tasks of one attribute.

    Attributes:
        sizes: the numbers of tasks tried for distinguishing neighbours.
    """

    num_tasks: int
    sizes: list[int]
    metrics: dict[str, MetricCalibration]


class ProtocolCalibration(_Strict):
    """All metrics under one protocol.

    Attributes:
        sizes: the numbers of tasks tried for distinguishing neighbours.
        metrics: on all tasks; those of images are means over attributes where tasks transfer several.
        samples: the name of the file with degraded images, beside the result.
        attributes: the metrics on the tasks of each attribute, where tasks transfer several.
    """

    title: str
    num_tasks: int
    tasks_sha256: str
    rule: str
    sizes: list[int]
    degradations: dict[str, DegradationInfo]
    metrics: dict[str, MetricCalibration]
    samples: str
    attributes: dict[str, AttributeCalibration] = {}

    def of_attribute(self, name: str) -> ProtocolCalibration:
        """The same on the tasks of one attribute."""
        part = self.attributes[name]
        return self.model_copy(
            update={"num_tasks": part.num_tasks, "sizes": part.sizes, "metrics": part.metrics, "attributes": {}}
        )


class Calibration(_Strict):
    """What `bench calibrate` found.

    Attributes:
        command: the command that makes this file again.
        draws: subsamples of each size, by level of metric.
        caveats: by metric, the sentences that belong on its card; none where it ordered the strengths of all
            degradations.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    command: str
    seed: int
    draws: dict[str, int]
    dataset: str
    dataset_facts: DatasetInfo
    judges: dict[str, JudgeInfo]
    metrics: dict[str, MetricInfo]
    protocols: dict[str, ProtocolCalibration]
    caveats: dict[str, list[str]]


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Write the file atomically."""
    write_text_atomically(path, calibration.model_dump_json(indent=1) + "\n")


def read_calibration(path: Path) -> Calibration:
    """Read the file.

    Raises:
        ResultError: if it is missing, not JSON, of another schema, or a key is wrong.
    """
    return read_strictly(path, Calibration)
