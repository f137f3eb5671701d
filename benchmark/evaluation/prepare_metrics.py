"""Readies metrics before anything is scored: each has what it needs, or a reason why it has no figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmark.evaluation.metric_boundary import metric_boundary
from benchmark.features.encoder import Encoder
from benchmark.metrics.base import ImageMetric, SetMetric
from benchmark.metrics.function_metric import metric_class_of
from benchmark.weights.encoder_files import named_weights
from benchmark.weights.locate import Weights, WeightsFile, WeightsMissing, manifest, published
from benchmark.weights.resources import MetricUnavailable, Resources
from registry import METRICS
from registry.catalogue import ENCODER_CARDS, METRIC_CARDS
from registry.errors import InputError, PluginError, UnknownNameError, plugin_boundary, unknown


@dataclass
class ReadyMetrics:
    """The metrics of one table.

    Attributes:
        images: those with a figure a task, by id.
        sets: those of whole sets, by id.
        encoders: what the latter compare features of, by the name on their cards.
        missing: of every other metric asked for, the reason.
        cautions: what a figure must be read with, by id, where there is something.
    """

    images: dict[str, ImageMetric] = field(default_factory=dict)
    sets: dict[str, SetMetric] = field(default_factory=dict)
    encoders: dict[str, Encoder] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    cautions: dict[str, str] = field(default_factory=dict)

    def lose(self, metric: str, reason: str) -> None:
        """Go on without a metric, and without the encoder that no other one needs."""
        self.missing[metric] = reason
        if self.sets.pop(metric, None) is not None:
            needed = {encoder_of(other) for other in self.sets}
            self.encoders = {name: encoder for name, encoder in self.encoders.items() if name in needed}


@contextmanager
def encoder_boundary(name: str, ready: ReadyMetrics) -> Iterator[None]:
    """Where an encoder fails in the block, say so of every metric that compares its features, and go on without them.

    Args:
        name: the encoder's.
        ready: loses the encoder and those metrics.
    """
    failed: dict[str, str] = {}
    with metric_boundary(f"encoder {name}", name, failed):
        yield
    for reason in failed.values():
        for metric in [metric for metric in ready.sets if encoder_of(metric) == name]:
            ready.lose(metric, reason)


def prepare_metrics(names: Iterable[str], resources: Resources, encoder: Callable[[str], Encoder]) -> ReadyMetrics:
    """Build metrics and let each load what it needs.

    Args:
        names: registered metrics.
        resources: what they may need.
        encoder: gives an encoder by its name, or raises `MetricUnavailable`.
    """
    ready = ReadyMetrics()
    for name in names:
        metric: ImageMetric | SetMetric | None = None
        with metric_boundary(f"metric {name}", name, ready.missing):
            metric = _prepared(name, resources)
        if metric is None:
            continue
        if isinstance(metric, ImageMetric):
            ready.images[name] = metric
        else:
            try:
                chosen = encoder_of(name)
                ready.encoders[chosen] = encoder(chosen)
            except (MetricUnavailable, PluginError, InputError) as reason:
                ready.missing[name] = str(reason)
                continue
            ready.sets[name] = metric
        if (caution := _foreign_weights(name, resources.weights)) is not None:
            ready.cautions[name] = caution
    return ready


def _prepared(name: str, resources: Resources) -> ImageMetric | SetMetric:
    metric_class = metric_class_of(METRICS.get(name), METRIC_CARDS.find(name).card)
    with plugin_boundary(f"{metric_class.__name__}.__init__"):
        metric = metric_class()
    expected = SetMetric if METRIC_CARDS.find(name).card.level == "set" else ImageMetric
    if not isinstance(metric, expected):
        raise PluginError(f"{metric_class.__name__} is no {expected.__name__}, which its card's level calls for")
    with plugin_boundary(f"{metric_class.__name__}.prepare", MetricUnavailable):
        metric.prepare(resources)
    return metric


def encoder_of(metric: str) -> str:
    """The encoder on a set metric's card.

    Raises:
        UnknownNameError: if there is none of that name.
    """
    entry = METRIC_CARDS.find(metric)
    chosen = entry.card.encoder
    if chosen is None:
        raise ValueError(f"metric {metric!r} has no encoder on its card")
    if chosen not in ENCODER_CARDS:
        known = (encoder.card.name for encoder in ENCODER_CARDS)
        raise UnknownNameError(f"{entry.place}: encoder: {unknown('encoder', chosen, known)}")
    return chosen


def weights_of(metric: str, weights: Weights) -> list[WeightsFile]:
    """The weights files that a metric's figure rests on, by the manifest; empty where one of them is missing."""
    named = [id for id, file in manifest().items() if metric in file.needed_by]
    encoder = METRIC_CARDS.find(metric).card.encoder
    if encoder is not None and encoder in ENCODER_CARDS:
        of_encoder = named_weights(ENCODER_CARDS.find(encoder))
        named += [of_encoder] if of_encoder is not None else []
    try:
        return [weights.find_named(name) for name in dict.fromkeys(named)]
    except WeightsMissing:
        return []


def _foreign_weights(metric: str, weights: Weights) -> str | None:
    """A sentence where a metric's figure rests on a weights file that is not the published one."""
    for file in weights_of(metric, weights):
        if not file.published and file.id in manifest():
            if published(file.id).sha256 is None:
                return f"by {file.path.name}, SHA-256 {file.sha256[:12]}…; figures compare where that is the same"
            return f"by weights that are not the published {file.id}: SHA-256 {file.sha256[:12]}…"
    return None
