"""Scores a protocol's edits: judges look at every image once, metrics keep one row per task, and rows become cells."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.config.evaluation_spec import JUDGE_SETTINGS
from benchmark.datasets.base import FaceDataset
from benchmark.evaluation.cells import image_cell, set_cell, with_caution
from benchmark.evaluation.group_values import GroupTasks, image_loss, refusal, set_loss
from benchmark.evaluation.measure_together import measured_by_turns, shared_with
from benchmark.evaluation.metric_boundary import metric_boundary
from benchmark.evaluation.outputs import Outputs
from benchmark.evaluation.prepare_metrics import ReadyMetrics, encoder_boundary, encoder_of, prepare_metrics
from benchmark.evaluation.scoring_batches import BatchSource, Judges, no_judge
from benchmark.features.encoder import Encoder
from benchmark.features.feature_set import FeaturePair, FeatureSet, FeatureWriter
from benchmark.metrics.base import ImageMetric
from benchmark.metrics.mean_metric import VALUE
from benchmark.protocols.base import Protocol as EditProtocol
from benchmark.protocols.task_batches import without_attributes
from benchmark.results.schema import Value
from benchmark.results.task_groups import TaskGroups
from benchmark.results.task_scores import faces_of
from benchmark.runtime.processes import ALONE, Processes
from benchmark.runtime.progress import Reporter
from benchmark.statistics.ratios import Columns, Ratio
from benchmark.weights.resources import Resources
from registry.catalogue import METRIC_CARDS
from registry.errors import PluginError


@dataclass(frozen=True)
class Scores:
    """A protocol's values.

    Attributes:
        frame: one row per task.
        ratios: by image metric, the columns of `frame` that its value is made of.
        cells: one cell per metric.
        breakdown: cells broken down by class or attribute.
        features: of the outputs, by encoder, where they were kept.
        num_missing: tasks that have no edit; their rows in `frame` have no values.
        attributes: cells of the tasks of each attribute, by attribute and metric, where the tasks transfer several; the
            cells of image metrics are then means over attributes.
        strengths: cells of the tasks of each strength, by strength and metric, where the tasks are of several; the
            cells of image metrics are then areas under the curve over strength.
        losses: of each metric from strength 0 to 1, where there are tasks of both.
    """

    frame: pd.DataFrame
    ratios: dict[str, list[Ratio]]
    cells: dict[str, Value]
    breakdown: dict[str, dict[str, float | None]]
    features: dict[str, FeatureSet]
    num_missing: int = 0
    attributes: dict[str, dict[str, Value]] = field(default_factory=dict)
    strengths: dict[str, dict[str, Value]] = field(default_factory=dict)
    losses: dict[str, Value] = field(default_factory=dict)

    def among(self, tasks: pd.DataFrame) -> Scores:
        """These scores of some tasks as those of all `tasks`: the others have no values, and every cell says so.

        Attributes, or strengths, none of whose tasks has a score are named by the means, and have cells that say so.
        """
        missing = len(tasks) - len(self.frame)
        if not missing:
            return self
        inputs = tasks.drop(columns=["target_row", "source_row"])
        values = self.frame.drop(columns=[name for name in inputs.columns if name != "task"])
        caution = f"{len(self.frame):,} of {len(tasks):,} tasks have an edit, and no other counts"
        groups, found = TaskGroups.of(tasks), set(TaskGroups.of(self.frame).names)
        names = groups.names
        figures = self.attributes or self.strengths or (dict.fromkeys(found, self.cells) if len(names) > 1 else {})
        figures = {name: with_caution(cells, caution) for name, cells in figures.items()}
        if without := [name for name in names if name not in found]:
            caution += f"; not one of {', '.join(without)}"
            none = Value(value=None, n=0, reason="none of its tasks has an edit")
            figures |= {name: dict.fromkeys(self.cells, none) for name in without}
        figures = {name: figures[name] for name in names if name in figures}
        return replace(
            self,
            frame=inputs.merge(values, how="left", on="task"),
            cells=with_caution(self.cells, caution),
            attributes=figures if groups.by == "attribute" else {},
            strengths=figures if groups.by == "strength" else {},
            num_missing=missing,
            losses=with_caution(self.losses, caution),
        )


class RealSide(Protocol):
    """The real images that set metrics compare outputs with."""

    def encoder(self, name: str) -> Encoder:
        """An encoder by the name on metrics' cards; raises `MetricUnavailable` where it cannot be had."""
        ...

    def real_features(self, name: str) -> FeatureSet:
        """That encoder's features of the real images."""
        ...


def score_edits(
    outputs: Outputs,
    protocol: EditProtocol,
    metric_ids: list[str],
    dataset: FaceDataset,
    tasks: pd.DataFrame,
    judges: Judges,
    real: RealSide,
    *,
    resources: Resources,
    draws: int,
    reporter: Reporter,
    title: str,
    keep: Path | None = None,
    refused: Mapping[str, str] = MappingProxyType({}),
    processes: Processes = ALONE,
) -> Scores:
    """Score every task, each image read, judged and encoded once; those of one attribute after those of another.

    Several processes measure a batch each at once, the others in `follow_measuring`; the scores are those of one.

    Args:
        outputs: gives the images to score.
        protocol: asked for them.
        metric_ids: registered metrics, in the order of the table.
        dataset: the faces.
        tasks: the protocol's table.
        judges: look at each output once.
        real: what set metrics compare the outputs with.
        resources: how judges run, and what metrics may need.
        draws: bootstrap draws.
        reporter: shows a progress bar.
        title: what the bar calls the method.
        keep: folder for the features of the outputs, which are else forgotten.
        refused: why there are no outputs, by the attribute that the method cannot transfer; the means over attributes
            then have that reason in place of a value.
        processes: of which this is the first.

    Raises:
        Interrupted: if a stop was requested.
    """
    answered = without_attributes(tasks, refused)
    groups, parts = TaskGroups.of(tasks), GroupTasks.of(tasks, refused)
    ready = prepare_metrics(metric_ids, resources, real.encoder)
    _without_judge(ready, judges)
    processes = shared_with(ready, outputs, answered, processes)
    source = BatchSource(protocol, dataset, judges, resources.compute)
    with TemporaryDirectory(prefix="features-") as forgotten:
        writers = {name: FeatureWriter((keep or Path(forgotten)) / name) for name in ready.encoders}
        with reporter.bar(f"{title}: score {protocol.name}", len(answered)) as advance:
            for done in measured_by_turns(source, outputs, answered, ready, writers, processes):
                advance(done)
        features = {name: writers[name].finish() for name in ready.encoders}
        pairs: dict[str, FeaturePair] = {}
        for name, found in features.items():
            with encoder_boundary(name, ready):
                pairs[name] = FeaturePair(found, real.real_features(name))
        cells: dict[str, Value] = {}
        breakdown: dict[str, dict[str, float | None]] = {}
        of_parts: dict[str, dict[str, Value]] = {part.name: {} for part in parts}
        losses: dict[str, Value | None] = {}
        for name, set_metric in ready.sets.items():
            pair, caution = pairs[encoder_of(name)], ready.cautions.get(name)
            cells[name], further = set_cell(set_metric, pair, caution)
            breakdown[name] = _finite(further)
            for part in parts:
                of_parts[part.name][name] = part.set_cell(name, set_metric, pair, caution)
            losses[name] = set_loss(name, [of_part[name] for of_part in of_parts.values()], groups)
    frame = tasks.drop(columns=["target_row", "source_row"])
    flat: dict[str, NDArray[np.float64]] = {}
    ratios: dict[str, list[Ratio]] = {}
    for name, metric in ready.images.items():
        if name not in ready.missing:
            with metric_boundary(type(metric).__name__, name, ready.missing):
                columns, caution = _columns(metric, tasks, answered), ready.cautions.get(name)
                faces = faces_of(tasks)
                cells[name] = image_cell(metric, columns, faces, draws, caution, groups)
                for part in parts:
                    of_parts[part.name][name] = part.image_cell(metric, columns, faces, draws, caution)
                losses[name] = image_loss(name, metric, columns, faces, draws, groups)
                breakdown[name] = _finite(metric.breakdown(columns))
                if columns:
                    ratios[name] = _ratios(name, metric, columns)
                flat |= {_column(name, inner): values for inner, values in columns.items()}
    if refused:
        cells = {name: Value(value=None, n=cell.n, reason=refusal(refused)) for name, cell in cells.items()}
        breakdown = {}
    for of_tasks in (cells, *of_parts.values()):
        of_tasks |= {name: Value(value=None, n=0, reason=reason) for name, reason in ready.missing.items()}
    ordered = {name: cells[name] for name in metric_ids}
    by_group = {name: {metric: found[metric] for metric in metric_ids} for name, found in of_parts.items()}
    table = pd.concat([frame, pd.DataFrame(flat, index=frame.index)], axis=1)
    return Scores(
        table,
        ratios,
        ordered,
        breakdown,
        features if keep else {},
        attributes=by_group if groups.by == "attribute" else {},
        strengths=by_group if groups.by == "strength" else {},
        losses={name: loss for name in metric_ids if (loss := losses.get(name)) is not None},
    )


def _columns(metric: ImageMetric, tasks: pd.DataFrame, answered: pd.DataFrame) -> Columns:
    """The columns of all tasks, (T,) each; NaN where a task has no answer."""
    number = len(answered)
    columns: Columns = metric.evaluate(number)
    for name, values in columns.items():
        if np.shape(values) != (number,):
            raise PluginError(
                f"{type(metric).__name__} has {np.shape(values)} in column {name!r}, where ({number},) was expected"
            )
    if number == len(tasks):
        return columns
    places = tasks["task"].isin(answered["task"]).to_numpy()
    spread = {name: np.full(len(tasks), np.nan) for name in columns}
    for name, values in columns.items():
        spread[name][places] = values
    return spread


def _without_judge(ready: ReadyMetrics, judges: Judges) -> None:
    """Give the metrics whose role no judge has their reason."""
    for name in list(ready.images):
        role = METRIC_CARDS.find(name).card.judge
        if role is not None and role not in judges.others and role not in JUDGE_SETTINGS.values():
            ready.missing[name] = no_judge(role)
            del ready.images[name]


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def _ratios(name: str, metric: ImageMetric, columns: Columns) -> list[Ratio]:
    return [
        Ratio(_column(name, ratio.numerator), None if ratio.denominator is None else _column(name, ratio.denominator))
        for ratio in metric.ratios(columns)
    ]


def _column(metric: str, inner: str) -> str:
    return metric if inner == VALUE else f"{metric}/{inner}"
