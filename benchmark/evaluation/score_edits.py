"""Scores a protocol's edits: judges look at every image once, metrics keep one row per task, and rows become cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.config.evaluation_spec import JUDGE_SETTINGS
from benchmark.datasets.base import FaceDataset
from benchmark.evaluation.metric_boundary import metric_boundary
from benchmark.evaluation.prepare_metrics import ReadyMetrics, encoder_boundary, encoder_of, prepare_metrics
from benchmark.features.encoder import Encoder
from benchmark.features.feature_set import FeaturePair, FeatureSet, FeatureWriter
from benchmark.features.parser_encoder import PARSER
from benchmark.images.convert import Pixels, image_array, image_tensor
from benchmark.metrics.base import Answers, ImageMetric, Judged, ScoringBatch, SetMetric, SetValue
from benchmark.metrics.mean_metric import VALUE
from benchmark.protocols.base import Protocol as EditProtocol
from benchmark.results.schema import Value
from benchmark.runtime.device import Compute
from benchmark.runtime.interruption import deferred_interruption
from benchmark.runtime.prefetch import read_ahead
from benchmark.runtime.progress import Advance, Reporter
from benchmark.statistics.bootstrap import bootstrap_interval
from benchmark.statistics.ratios import Columns, Ratio, mean_of_ratios, ratio_terms
from benchmark.weights.resources import MetricUnavailable, Resources
from methods.base import EditBatch
from methods.labels import ATTRIBUTES
from registry.catalogue import JUDGE_CARDS, METRIC_CARDS
from registry.errors import PluginError, plugin_boundary

BATCH = 64


@dataclass(frozen=True)
class Judges:
    """The models that score, on the compute device in eval mode, each loaded when something first needs it.

    Attributes:
        parser: gives the parser, whose `parse` takes (N, 3, H, W) images in [-1, 1] to (N, H, W) uint8 labels and
            (N, D) float32 features.
        attributes: gives the judge of attributes, whose `scores` takes images to (N, 40) probabilities.
        others: by role, give the judges that metrics' cards need beside these, whose `answer` takes images to (N, ...).
    """

    parser: Callable[[], Any]
    attributes: Callable[[], Any]
    others: Mapping[str, Callable[[], Any]] = field(default_factory=dict)


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
    """

    frame: pd.DataFrame
    ratios: dict[str, list[Ratio]]
    cells: dict[str, Value]
    breakdown: dict[str, dict[str, float | None]]
    features: dict[str, FeatureSet]
    num_missing: int = 0

    def among(self, tasks: pd.DataFrame) -> Scores:
        """These scores of some tasks as those of all `tasks`: the others have no values, and every cell says so."""
        missing = len(tasks) - len(self.frame)
        if not missing:
            return self
        inputs = tasks.drop(columns=["target_row", "source_row"])
        values = self.frame.drop(columns=[name for name in inputs.columns if name != "task"])
        caution = f"{len(self.frame):,} of {len(tasks):,} tasks have an edit, and no other counts"
        cells = {
            name: cell.model_copy(update={"reason": _joined(caution, cell.reason)}) for name, cell in self.cells.items()
        }
        return replace(self, frame=inputs.merge(values, how="left", on="task"), cells=cells, num_missing=missing)


Outputs = Callable[[pd.DataFrame, EditBatch], tuple[EditBatch, Pixels]]
"""From task rows and their tasks to the tasks that the outputs answer and the outputs, (N, H, W, 3) uint8 RGB."""


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
) -> Scores:
    """Score every task, each image read, judged and encoded once.

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
    """
    ready = prepare_metrics(metric_ids, resources, real.encoder)
    _without_judge(ready, judges)
    with TemporaryDirectory(prefix="features-") as forgotten:
        writers = {name: FeatureWriter((keep or Path(forgotten)) / name) for name in ready.encoders}
        with reporter.bar(f"{title}: score {protocol.name}", len(tasks)) as advance:
            batches = _scoring_batches(outputs, protocol, dataset, tasks, judges, resources.compute, advance)
            for numbers, batch in batches:
                for name, encoder in list(ready.encoders.items()):
                    with encoder_boundary(name, ready):
                        writers[name].add(_features(name, encoder, batch))
                for name, metric in ready.images.items():
                    if name not in ready.missing:  # where the images are of a size that it does not take, or it fails
                        with metric_boundary(f"{type(metric).__name__}.measure", name, ready.missing):
                            metric.process(numbers, [{"batch": batch}])
        features = {name: writers[name].finish() for name in ready.encoders}
        pairs: dict[str, FeaturePair] = {}
        for name, found in features.items():
            with encoder_boundary(name, ready):
                pairs[name] = FeaturePair(found, real.real_features(name))
        cells: dict[str, Value] = {}
        breakdown: dict[str, dict[str, float | None]] = {}
        for name, set_metric in ready.sets.items():
            cells[name], further = set_cell(set_metric, pairs[encoder_of(name)], ready.cautions.get(name))
            breakdown[name] = _finite(further)
    frame = tasks.drop(columns=["target_row", "source_row"])
    flat: dict[str, NDArray[np.float64]] = {}
    ratios: dict[str, list[Ratio]] = {}
    for name, metric in ready.images.items():
        if name not in ready.missing:
            with metric_boundary(type(metric).__name__, name, ready.missing):
                columns = _columns(metric, len(tasks))
                cells[name] = image_cell(metric, columns, tasks["source"].to_numpy(), draws, ready.cautions.get(name))
                breakdown[name] = _finite(metric.breakdown(columns))
                if columns:
                    ratios[name] = _ratios(name, metric, columns)
                flat |= {_column(name, inner): values for inner, values in columns.items()}
    cells |= {name: Value(value=None, n=0, reason=reason) for name, reason in ready.missing.items()}
    ordered = {name: cells[name] for name in metric_ids}
    table = pd.concat([frame, pd.DataFrame(flat, index=frame.index)], axis=1)
    return Scores(table, ratios, ordered, breakdown, features if keep else {})


def _columns(metric: ImageMetric, number: int) -> Columns:
    """The columns of all tasks, (T,) each."""
    columns: Columns = metric.evaluate(number)
    for name, values in columns.items():
        if np.shape(values) != (number,):
            raise PluginError(
                f"{type(metric).__name__} has {np.shape(values)} in column {name!r}, where ({number},) was expected"
            )
    return columns


def set_cell(metric: SetMetric, pair: FeaturePair, caution: str | None) -> tuple[Value, Mapping[str, float]]:
    """The cell of a set metric, and its further values; the reason instead where the metric refuses the sets."""
    number = len(pair.outputs)
    function = f"{type(metric).__name__}.compute"
    try:
        with plugin_boundary(function, MetricUnavailable):
            found = metric.measure(pair)
        if not isinstance(found, SetValue):
            raise PluginError(f"{function} gave {type(found).__name__}, where a SetValue was expected")
    except (MetricUnavailable, PluginError) as reason:
        return Value(value=None, n=number, reason=str(reason)), {}
    if not math.isfinite(found.value):
        return Value(value=None, n=number, reason="the value is not finite on these images"), {}
    return Value(value=found.value, n=number, reason=_joined(found.caution, caution)), found.breakdown


def _features(name: str, encoder: Encoder, batch: ScoringBatch) -> NDArray[np.float32]:
    if name == PARSER:  # the judge has looked at these images already
        return batch.features.numpy()
    return encoder.encode(list(batch.output_pixels))


def real_outputs(protocol: EditProtocol) -> Outputs:
    """The real images of a protocol as if they were its outputs, each task requesting their own mask and attributes."""

    def give(rows: pd.DataFrame, batch: EditBatch) -> tuple[EditBatch, Pixels]:
        face = protocol.real_faces(batch)
        tasks = replace(batch, target=face, source=face, mask=face.mask, attributes=face.attributes, oracle=None)
        return replace(tasks, region=torch.ones_like(batch.region)), image_array(face.image)

    return give


def _scoring_batches(
    outputs: Outputs,
    protocol: EditProtocol,
    dataset: FaceDataset,
    tasks: pd.DataFrame,
    judges: Judges,
    compute: Compute,
    advance: Advance,
) -> Iterator[tuple[list[int], ScoringBatch]]:
    requested = tuple(ATTRIBUTES.index(name) for name in protocol.requested_attributes)
    kept = tuple(ATTRIBUTES.index(name) for name in protocol.kept_attributes(dataset))
    with deferred_interruption() as stop:
        done = 0
        for rows, batch, pixels in read_ahead(_images(outputs, protocol, dataset, tasks)):
            judged = _judged(pixels, judges, compute)
            targets = _answers(lambda batch=batch: batch.target.image.to(compute.device), judges)  # type: ignore[misc]
            yield list(rows["task"]), ScoringBatch(batch, pixels, judged, requested, kept, targets)
            done += len(rows)
            advance(done)
            stop.check(f"scoring {protocol.name}")


def _judged(pixels: Pixels, judges: Judges, compute: Compute) -> Judged:
    images = cache(lambda: image_tensor(pixels).to(compute.device))

    def parse() -> tuple[Tensor, Tensor]:
        judge = judges.parser()
        with plugin_boundary(f"{type(judge).__name__}.parse"):
            parsed, features = judge.parse(images())
        return parsed.cpu(), features.float().cpu()

    def read_attributes() -> Tensor:
        judge = judges.attributes()
        with plugin_boundary(f"{type(judge).__name__}.scores"):
            scores: Tensor = judge.scores(images())
        return scores.float().cpu()

    return Judged(parse, read_attributes, _answers(images, judges))


def _answers(images: Callable[[], Tensor], judges: Judges) -> Answers:
    """What judges of other roles see in N images on the compute device, each when a metric first asks."""

    def answer(role: str) -> Tensor:
        judge = judges.others[role]()
        function, given = f"{type(judge).__name__}.answer", images()
        with plugin_boundary(function), torch.inference_mode():
            found = judge.answer(given)
        if not isinstance(found, Tensor) or found.ndim < 1 or len(found) != len(given):
            shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
            raise PluginError(f"{function} gave {shape}, where ({len(given)}, ...) was expected")
        return found.cpu()

    return Answers(list(judges.others), answer)


def _without_judge(ready: ReadyMetrics, judges: Judges) -> None:
    """Give the metrics whose role no judge has their reason."""
    for name in list(ready.images):
        role = METRIC_CARDS.find(name).card.judge
        if role is not None and role not in judges.others and role not in JUDGE_SETTINGS.values():
            ready.missing[name] = no_judge(role)
            del ready.images[name]


def no_judge(role: str) -> str:
    """Why a metric has no figure whose role no judge has, and what to do."""
    fit = ", ".join(entry.card.name for entry in JUDGE_CARDS if entry.card.role == role) or "none"
    return f"no judge of role {role!r} was chosen: --set judge.{role}=NAME (registered: {fit})"


def _images(
    outputs: Outputs, protocol: EditProtocol, dataset: FaceDataset, tasks: pd.DataFrame
) -> Iterator[tuple[pd.DataFrame, EditBatch, Pixels]]:
    for start in range(0, len(tasks), BATCH):
        rows = tasks.iloc[start : start + BATCH]
        yield rows, *outputs(rows, protocol.batch(dataset, rows))


def image_cell(metric: ImageMetric, columns: Columns, sources: NDArray[Any], draws: int, caution: str | None) -> Value:
    """The cell of an image metric from its columns (T,), with the bootstrap interval over the source faces (T,)."""
    value = metric.summarise(columns, np.ones(len(sources)))
    if not math.isfinite(value):
        return Value(value=None, n=0, reason=metric.inapplicable)
    low, high = bootstrap_interval([ratio_terms(columns, metric.ratios(columns))], mean_of_ratios, sources, draws=draws)
    number = int(_answered(columns).sum())
    if not math.isfinite(low):
        return Value(value=value, n=number, reason=_joined("one source face: no interval", caution))
    made = f"95% bootstrap by source face, {draws} draws"
    return Value(value=value, n=number, low=low, high=high, interval=made, reason=caution)


def _joined(*cautions: str | None) -> str | None:
    return "; ".join(filter(None, cautions)) or None


def _answered(columns: Columns) -> NDArray[np.bool_]:
    finite: NDArray[np.bool_] = np.any([np.isfinite(values) for values in columns.values()], axis=0)
    return finite


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def _ratios(name: str, metric: ImageMetric, columns: Columns) -> list[Ratio]:
    return [
        Ratio(_column(name, ratio.numerator), None if ratio.denominator is None else _column(name, ratio.denominator))
        for ratio in metric.ratios(columns)
    ]


def _column(metric: str, inner: str) -> str:
    return metric if inner == VALUE else f"{metric}/{inner}"
