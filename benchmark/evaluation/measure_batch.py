"""What metrics and encoders make of one batch, here or in another process that sends it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.evaluation.metric_boundary import metric_boundary
from benchmark.evaluation.prepare_metrics import ReadyMetrics, encoder_boundary
from benchmark.features.cache import add_features, encoding
from benchmark.features.encoder import Encoder
from benchmark.features.feature_set import FeatureWriter, TakesFeatures
from benchmark.features.parser_encoder import PARSER
from benchmark.metrics.base import ScoringBatch
from registry.errors import LOGGER

FEATURES: Final = "features"
ROWS: Final = "rows"
MISSING: Final = "missing"
TRACEBACKS: Final = "tracebacks"
"""In what another process sends of a batch: features by encoder, what metrics keep, why some do not, by metric, and the
tracebacks of those that failed."""


class HeldFeatures:
    """Takes the features of one batch, and gives them away."""

    def __init__(self) -> None:
        self._held: list[NDArray[np.float32]] = []

    def add(self, features: NDArray[np.float32]) -> None:
        """Hold features (n, D)."""
        self._held.append(features)

    def given_away(self) -> NDArray[np.float32]:
        """All of them."""
        features, self._held = np.concatenate(self._held), []
        return features


def measure(
    ready: ReadyMetrics,
    writers: Mapping[str, TakesFeatures],
    metrics: Collection[str],
    numbers: list[int],
    batch: ScoringBatch,
) -> None:
    """Encode a batch and have metrics keep what they measure of it; one that fails loses its figure.

    Args:
        ready: has encoders and metrics, and loses those that fail.
        writers: take the features, by encoder.
        metrics: which of the image metrics measure.
        numbers: of the batch's tasks.
        batch: as they see it.
    """
    for name, writer in writers.items():
        if name in ready.encoders:
            with encoder_boundary(name, ready):
                _encode(name, ready.encoders[name], batch, writer)
    for name in metrics:
        if name not in ready.missing:  # where the images are of a size that it does not take, or it fails
            metric = ready.images[name]
            with metric_boundary(f"{type(metric).__name__}.measure", name, ready.missing):
                metric.process(numbers, [{"batch": batch}])


def _encode(name: str, encoder: Encoder, batch: ScoringBatch, writer: TakesFeatures) -> None:
    if name == PARSER:  # the judge has looked at these images already
        writer.add(batch.features.numpy())
    else:
        add_features(writer, encoder, list(batch.output_pixels))


def given_away(ready: ReadyMetrics, writers: Mapping[str, HeldFeatures], tracebacks: list[str]) -> dict[str, Any]:
    """What was measured of a batch by another process than the first, to be sent: here nothing is left of it."""
    rows = {}
    for name, metric in ready.images.items():
        if name not in ready.missing:
            with metric_boundary(f"{type(metric).__name__}.process", name, ready.missing):
                rows[name] = _with_tensors(metric.results)
        metric.results.clear()
    features = {name: torch.from_numpy(writers[name].given_away()) for name in ready.encoders}
    told = tracebacks[:]
    del tracebacks[: len(told)]
    return {FEATURES: features, ROWS: rows, MISSING: dict(ready.missing), TRACEBACKS: told}


def keep(sent: Mapping[str, Any], ready: ReadyMetrics, writers: Mapping[str, FeatureWriter]) -> None:
    """Keep what another process measured of a batch, as if it had been measured here."""
    for traceback in sent[TRACEBACKS]:
        LOGGER.debug("%s", traceback)
    for name, reason in sent[MISSING].items():
        if name not in ready.missing:
            ready.lose(name, reason)
    for name, encoder in list(ready.encoders.items()):
        with encoder_boundary(name, ready), encoding(encoder):
            writers[name].add(sent[FEATURES][name].numpy())
    for name, rows in sent[ROWS].items():
        if name not in ready.missing:
            ready.images[name].results.extend(_with_arrays(rows))


def _with_tensors(value: Any) -> Any:
    """Nested lists, tuples and mappings with tensors for arrays, which travel."""
    if isinstance(value, np.ndarray):
        return torch.from_numpy(np.array(value))
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {key: _with_tensors(inner) for key, inner in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(_with_tensors, value))
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return value
    raise TypeError(f"its results hold {type(value).__name__}, which does not travel between processes")


def _with_arrays(value: Any) -> Any:
    """What `_with_tensors` was given."""
    if isinstance(value, torch.Tensor):
        return value.numpy()
    if isinstance(value, Mapping):
        return {key: _with_arrays(inner) for key, inner in value.items()}
    return type(value)(map(_with_arrays, value)) if isinstance(value, list | tuple) else value
