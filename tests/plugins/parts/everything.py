"""A plug-in that brings something of every kind that a run finds by name, each with a neighbour that it imports."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import dataset_part
import judge_part
import metric_part
import numpy as np
import protocol_part
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.datasets.packed import FaceRecord
from benchmark.datasets.rendered_faces.dataset import RenderedFaces
from benchmark.judges.unet_parser import FaceParser
from benchmark.metrics.base import ScoringBatch
from benchmark.metrics.mean_metric import VALUE, MeanMetric
from benchmark.protocols.base import Rows
from benchmark.protocols.style_copy import StyleCopy
from methods.base import EditBatch, FaceEditor
from registry import DATASETS, JUDGES, METHODS, METRICS, PROTOCOLS

SAID = {"title": "Plugged in", "summary": "Of a plug-in."}
FREE = {**SAID, "licence": "free"}


@DATASETS.register(card={**FREE, "name": "plugged-faces", "options": {"train": 24, "val": 4, "test": 12}})
class PluggedFaces(RenderedFaces):
    name = "plugged-faces"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)

    def _records(self, size: int) -> Iterator[FaceRecord]:
        for record in super()._records(size):
            yield replace(record, image=record.image // np.uint8(dataset_part.DIVISOR))


@METHODS.register(card={**FREE, "name": "plugged", "kind": "reference", "takes": ["image"]})
class Plugged(FaceEditor):
    def __init__(self, size: int) -> None:
        super().__init__()

    def edit(self, tasks: EditBatch) -> Tensor:
        from method_part import shade

        grey = tasks.mask.float().unsqueeze(1) / 100
        return grey.expand_as(tasks.target.image) + shade()


@PROTOCOLS.register(
    card={**SAID, "name": "plugged-copy", "options": {"count": 2}, "metrics": ["plugged-figure", "seg-accuracy"]}
)
class PluggedCopy(StyleCopy):
    name = "plugged-copy"

    def edits(self, dataset: Any, targets: Rows, sources: Rows) -> EditBatch:
        batch = super().edits(dataset, targets, sources)
        return replace(batch, mask=torch.full_like(batch.mask, protocol_part.LABEL))


@JUDGES.register(
    card={**SAID, "name": "plugged-parser", "role": "parser", "options": {"iterations": 2, "batch_size": 4}}
)
class PluggedParser(FaceParser):
    def parse(self, image: Tensor) -> tuple[Tensor, Tensor]:
        labels, features = super().parse(image)
        return torch.full_like(labels, judge_part.LABEL), features


@METRICS.register(
    card={**SAID, "name": "plugged-figure", "direction": "up", "decimals": 1, "level": "image", "citation": "none"}
)
class PluggedFigure(MeanMetric):
    def measure(self, batch: ScoringBatch) -> dict[str, NDArray[np.float64]]:
        return {VALUE: np.full(len(batch.tasks), float(metric_part.FIGURE))}
