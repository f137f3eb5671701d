"""Scores a protocol's edits: judges look at every image once, metrics keep a row a task, and rows become cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.compute import Compute
from benchmark.data.base import FaceDataset
from benchmark.interruption import deferred_interruption
from benchmark.metrics.base import Columns, Evidence, ImageMetric, SetMetric
from benchmark.metrics.mean import VALUE
from benchmark.progress import Advance, Reporter
from benchmark.protocols.base import Protocol
from benchmark.results import Value
from benchmark.statistics.bootstrap import bootstrap_interval
from methods.base import EditBatch
from methods.labels import ATTRIBUTES
from registry import METRICS

BATCH = 64


@dataclass(frozen=True)
class Judges:
    """The models that score, on the compute device in eval mode.

    Attributes:
        parse: (N, 3, H, W) images in [-1, 1] to (N, H, W) uint8 labels and (N, D) float32 features.
        attribute_scores: images to (N, 40) probabilities.
    """

    parse: Callable[[Tensor], tuple[Tensor, Tensor]]
    attribute_scores: Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Scores:
    """A protocol's figures: a row a task, a cell a metric, and cells broken down by class or attribute."""

    frame: pd.DataFrame
    cells: dict[str, Value]
    breakdown: dict[str, dict[str, float | None]]


Outputs = Callable[[pd.DataFrame, EditBatch], tuple[EditBatch, Tensor]]
"""From task rows and what was asked to what the outputs answer and the outputs, (N, 3, H, W) in [-1, 1]."""


def score_tasks(
    outputs: Outputs,
    protocol: Protocol,
    metric_ids: list[str],
    dataset: FaceDataset,
    tasks: pd.DataFrame,
    judges: Judges,
    real_features: NDArray[np.float32],
    *,
    compute: Compute,
    draws: int,
    reporter: Reporter,
    title: str,
) -> Scores:
    """Score every task.

    Args:
        outputs: gives the images to score.
        protocol: asked for them.
        metric_ids: registered metrics, in the order of the table.
        dataset: the faces.
        tasks: the protocol's table.
        judges: look at each output once.
        real_features: (R, D) parser features of real faces, which set metrics compare with.
        compute: how judges run.
        draws: bootstrap draws.
        reporter: shows a progress bar.
        title: what the bar calls the method.
    """
    built = {name: METRICS.get(name)() for name in metric_ids}
    images: dict[str, ImageMetric] = {name: each for name, each in built.items() if isinstance(each, ImageMetric)}
    features: list[NDArray[np.float32]] = []
    with reporter.bar(f"{title}: score {protocol.name}", len(tasks)) as advance:
        for numbers, evidence in _evidence(outputs, protocol, dataset, tasks, judges, compute, advance):
            features.append(evidence.features.numpy())
            for metric in images.values():
                metric.process(numbers, [{"evidence": evidence}])
    columns = {name: metric.evaluate(len(tasks)) for name, metric in images.items()}
    cells: dict[str, Value] = {}
    for name, metric in built.items():
        if isinstance(metric, SetMetric):
            cells[name] = _set_cell(metric, np.concatenate(features), real_features)
        else:
            cells[name] = _image_cell(metric, columns[name], tasks, draws)
    breakdown = {name: _finite(metric.breakdown(columns[name])) for name, metric in images.items()}
    frame = tasks.drop(columns=["target_row", "source_row"])
    flat = {_column(name, inner): values for name, each in columns.items() for inner, values in each.items()}
    return Scores(pd.concat([frame, pd.DataFrame(flat, index=frame.index)], axis=1), cells, breakdown)


def real_outputs(protocol: Protocol) -> Outputs:
    """The real images of a protocol as if they were its outputs, each asked for its own mask and attributes."""

    def give(rows: pd.DataFrame, batch: EditBatch) -> tuple[EditBatch, Tensor]:
        face = protocol.real_faces(batch)
        asked = replace(batch, target=face, source=face, mask=face.mask, attributes=face.attributes, oracle=None)
        return replace(asked, region=torch.ones_like(batch.region)), face.image

    return give


def face_features(
    dataset: FaceDataset, rows: NDArray[np.int64], judges: Judges, compute: Compute, reporter: Reporter
) -> NDArray[np.float32]:
    """Parser features (R, D) of real faces."""
    found = []
    with reporter.bar("features of real faces", len(rows)) as advance, deferred_interruption() as stop:
        for start in range(0, len(rows), BATCH):
            some = rows[start : start + BATCH]
            image = dataset.batch(some).to(compute.device, channels_last=compute.channels_last).image
            found.append(judges.parse(image)[1].float().cpu().numpy())
            advance(start + len(some), "")
            stop.check("reading real faces")
    return np.concatenate(found)


def _evidence(
    outputs: Outputs,
    protocol: Protocol,
    dataset: FaceDataset,
    tasks: pd.DataFrame,
    judges: Judges,
    compute: Compute,
    advance: Advance,
) -> Iterator[tuple[list[int], Evidence]]:
    asked = tuple(ATTRIBUTES.index(name) for name in protocol.asked_attributes)
    kept = tuple(ATTRIBUTES.index(name) for name in protocol.kept_attributes(dataset))
    with deferred_interruption() as stop:
        for start in range(0, len(tasks), BATCH):
            rows = tasks.iloc[start : start + BATCH]
            batch, images = outputs(rows, protocol.batch(dataset, rows))
            on_device = images.to(compute.device)
            parsed, features = judges.parse(on_device)
            scores = judges.attribute_scores(on_device)
            yield (
                list(rows["task"]),
                Evidence(batch, images, parsed.cpu(), scores.float().cpu(), features.float().cpu(), asked, kept),
            )
            advance(start + len(rows), "")
            stop.check(f"scoring {protocol.name}")


def _image_cell(metric: ImageMetric, columns: Columns, tasks: pd.DataFrame, draws: int) -> Value:
    value = metric.summarise(columns, np.ones(len(tasks)))
    if not math.isfinite(value):
        return Value(value=None, n=0, reason=metric.inapplicable)
    clusters = tasks["source"].to_numpy()
    low, high = bootstrap_interval([metric.tally(columns)], metric.figure, clusters, draws=draws)
    number = int(_answered(columns).sum())
    if not math.isfinite(low):
        return Value(value=value, n=number, reason="one source face: no interval")
    return Value(value=value, n=number, low=low, high=high, interval=f"95% bootstrap by source face, {draws} draws")


def _set_cell(metric: SetMetric, features: NDArray[np.float32], real: NDArray[np.float32]) -> Value:
    value = metric.compute(features, real)
    if not math.isfinite(value):
        return Value(value=None, n=len(features), reason="a distance of sets needs two images at least")
    return Value(value=value, n=len(features))


def _answered(columns: Columns) -> NDArray[np.bool_]:
    finite: NDArray[np.bool_] = np.any([np.isfinite(values) for values in columns.values()], axis=0)
    return finite


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def _column(metric: str, inner: str) -> str:
    return metric if inner == VALUE else f"{metric}/{inner}"
