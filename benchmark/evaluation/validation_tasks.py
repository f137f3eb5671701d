"""A fixed set of tasks on validation faces, edited while a model is trained, and scored by metrics that cost little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import pandas as pd
import torch
from torch import Tensor

from benchmark.config.evaluation_spec import Options
from benchmark.datasets.base import FaceDataset
from benchmark.datasets.validation_faces import as_tested
from benchmark.editing.checked_edit import check_inputs, checked_edit, visible_to
from benchmark.evaluation.cells import image_cell
from benchmark.evaluation.context import TASK_SEED, EvaluationContext
from benchmark.evaluation.measure_batch import measure
from benchmark.evaluation.metric_boundary import metric_boundary
from benchmark.evaluation.prepare_metrics import prepare_metrics
from benchmark.evaluation.scoring_batches import scoring_batch
from benchmark.features.encoder import Encoder
from benchmark.images.convert import Pixels, image_array
from benchmark.images.label_colors import color_mask
from benchmark.protocols.base import Protocol
from benchmark.protocols.task_batches import batches_of_tasks
from benchmark.results.task_groups import TaskGroups
from benchmark.results.task_scores import faces_of
from benchmark.runtime.device import seed_everything
from benchmark.training.validation import Measurement
from benchmark.weights.resources import MetricUnavailable
from methods.base import CannotEdit, EditBatch, FaceEditor, Probe, Stage, Trainable
from registry import PROTOCOLS
from registry.cards import MethodCard
from registry.errors import InputError, PluginError, building, plugin_boundary

NUM_TASKS: Final = 32
SHOWN: Final = 4
"""Tasks, the first, and faces that stand on pictures."""
CELL: Final = 128
"""Side of a picture's cells in pixels."""
CHEAP: Final = (
    "seg-miou",
    "attribute-accuracy",
    "psnr-oracle",
    "psnr-region",
    "psnr-background",
    "ssim-oracle",
    "ssim-region",
)
"""Metrics of single images that need no network beside the two judges of every evaluation."""
_DRAWS: Final = 100
"""Of a bootstrap whose interval nobody sees."""


@dataclass(frozen=True)
class _Part:
    """Tasks that are edited together.

    Attributes:
        given: as a method of the card sees them.
        scored: as metrics see them.
    """

    rows: pd.DataFrame
    given: EditBatch
    scored: EditBatch


class ValidationTasks:
    """The tasks, drawn once.

    Args:
        card: of the method that edits them.
        protocol: name of the protocol.
        options: of the protocol.
        metrics: registered metrics of single images.
        faces: whose validation split the tasks are drawn from.
        context: has judges and device.
        seed: of what the method draws as it edits.

    Raises:
        InputError: if the faces cannot serve the protocol.
        CannotEdit: if the method cannot do such tasks.
    """

    def __init__(
        self,
        card: MethodCard,
        protocol: str,
        options: Options,
        metrics: Sequence[str],
        faces: FaceDataset,
        context: EvaluationContext,
        seed: int,
    ) -> None:
        self.metrics, self.context, self.seed = metrics, context, seed
        self.faces = as_tested(faces)
        with building(f"protocol {protocol}", f"building protocol {protocol}"):
            self.protocol: Protocol = PROTOCOLS.get(protocol)(**options)
        try:
            self.table = self.protocol.tasks(self.faces, TASK_SEED, NUM_TASKS)
        except ValueError as error:
            raise error if isinstance(error, InputError) else InputError(f"protocol {protocol}: {error}") from error
        batches = batches_of_tasks(self.table, context.evaluation.edit_batch_size)
        self._parts = [self._part(card, rows) for rows in batches]

    def _part(self, card: MethodCard, rows: pd.DataFrame) -> _Part:
        batch = self.protocol.batch(self.faces, rows, hints=card.takes_hints)
        check_inputs(card, batch)
        return _Part(rows, visible_to(card, batch), self.protocol.scored_tasks(self.faces, rows))

    @property
    def given(self) -> dict[str, Tensor]:
        """What the first tasks give: images or masks by name, and the true results if they are known."""
        tasks = self._parts[0].scored
        found = {"target": tasks.target.image}
        if tasks.source.ids != tasks.target.ids:
            found["source"] = tasks.source.image
        if "mask" not in tasks.lacks:
            found["requested mask"] = self._parts[0].given.mask
        if tasks.oracle is not None:
            found["true edit"] = tasks.oracle
        return found

    def measure(self, model: Trainable, stage: Stage) -> Measurement | None:
        """The figures of a model in eval mode during a stage, with pictures; None where it shows nothing.

        Edits that are none, of a model that has learned too little or fails, have no figures.
        """
        figures: dict[str, float | None] = {}
        edits: Pixels | None = None
        if stage.edits and isinstance(model, FaceEditor):
            try:
                outputs = [self._edited(model, part) for part in self._parts]
            except (CannotEdit, PluginError):
                figures = dict.fromkeys(self.metrics)
            else:
                figures = self._scored(outputs)
                edits = _side_by_side(outputs[0][:SHOWN])
        probe = self._probed(model)
        if probe is None:
            return Measurement(figures, edits) if figures else None
        sheet = in_rows(probe.pictures) if probe.pictures else None
        return Measurement({**probe.figures, **figures}, edits, sheet, tuple(probe.pictures))

    def _edited(self, model: FaceEditor, part: _Part) -> Pixels:
        compute = self.context.compute
        tasks = part.given.to(compute.device)
        seed_everything(self.seed)
        with torch.inference_mode(), compute.autocast():
            edited = checked_edit(model, tasks)
        return image_array(edited)

    def _scored(self, outputs: Sequence[Pixels]) -> dict[str, float | None]:
        judges, compute = self.context.judges, self.context.compute
        ready = prepare_metrics(self.metrics, self.context.resources, _no_encoder)
        for part, pixels in zip(self._parts, outputs, strict=True):
            batch = scoring_batch(part.rows, part.scored, pixels, self.protocol, self.faces, judges, compute)
            measure(ready, {}, list(ready.images), list(part.rows["task"]), batch)
        figures: dict[str, float | None] = dict.fromkeys(self.metrics)
        faces, groups = faces_of(self.table), TaskGroups.of(self.table)
        for name, metric in ready.images.items():
            if name not in ready.missing:
                with metric_boundary(type(metric).__name__, name, ready.missing):
                    columns = metric.evaluate(len(self.table))
                    figures[name] = image_cell(metric, columns, faces, _DRAWS, None, groups).value
        return figures

    def _probed(self, model: Trainable) -> Probe | None:
        compute, function = self.context.compute, f"{type(model).__name__}.probe"
        faces = self.faces.batch(self.faces.rows("test")[:NUM_TASKS]).to(compute.device)
        with plugin_boundary(function), torch.inference_mode(), compute.autocast():
            probe = model.probe(faces)
        if not isinstance(probe, Probe | None):
            raise PluginError(f"{function} gave {type(probe).__name__}, where a Probe or None was expected")
        return probe


def _no_encoder(name: str) -> Encoder:
    raise MetricUnavailable("metrics of sets cost too much to be measured during training")


def in_rows(pictures: Mapping[str, Tensor]) -> Pixels:
    """The first of several series of pictures as one picture, a row each: (N, 3, H, W) images or (N, H, W) labels."""
    first = [made[:SHOWN] for made in pictures.values()]
    rows = [color_mask(made.cpu().numpy()) if made.ndim == 3 else image_array(made) for made in first]
    return np.concatenate([_side_by_side(row) for row in rows])


def _side_by_side(images: Pixels) -> Pixels:
    """(N, H, W, 3) as one picture, a cell each; pixels are not mixed where that enlarges them."""
    way = cv2.INTER_NEAREST if images.shape[1] < CELL else cv2.INTER_AREA
    return np.concatenate([cv2.resize(image, (CELL, CELL), interpolation=way) for image in images], axis=1)
