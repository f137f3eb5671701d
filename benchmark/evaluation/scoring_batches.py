"""Batches as metrics see them: tasks, outputs, and what the judges see in both."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional

from benchmark.config.evaluation_spec import JudgeRole
from benchmark.datasets.base import FaceDataset
from benchmark.images.convert import Pixels, image_tensor
from benchmark.metrics.base import Answers, Judged, ScoringBatch
from benchmark.protocols.base import Protocol
from benchmark.runtime.device import Compute
from methods.base import EditBatch
from methods.labels import NUM_ATTRIBUTES
from registry.catalogue import JUDGE_CARDS
from registry.errors import PluginError, plugin_boundary

BATCH: Final = 64
"""Tasks that judges, encoders and metrics look at together."""


@dataclass(frozen=True)
class Judges:
    """The models that score, on the compute device in eval mode, each loaded when something first needs it.

    Attributes:
        parser: gives the parser, whose `parse` takes (N, 3, H, W) images in [-1, 1] to (N, H, W) uint8 labels and
            (N, D) float32 features.
        attributes: gives the judge of attributes, whose `scores` takes images to (N, A) probabilities.
        others: by role, give the judges that metrics' cards need beside these, whose `answer` takes images to (N, ...).
    """

    parser: Callable[[], Any]
    attributes: Callable[[], Any]
    others: Mapping[str, Callable[[], Any]] = field(default_factory=dict)

    def of(self, role: JudgeRole) -> Any:
        """The judge of a role."""
        return {**self.others, "parser": self.parser, "attributes": self.attributes}[role]()


@dataclass(frozen=True)
class BatchSource:
    """What makes the batches of a protocol's tasks.

    Attributes:
        protocol: asked for the outputs.
        dataset: the faces.
        judges: look at each output once.
        compute: how they run.
    """

    protocol: Protocol
    dataset: FaceDataset
    judges: Judges
    compute: Compute

    def tasks_of(self, rows: pd.DataFrame) -> EditBatch:
        """The tasks of rows of the protocol's table."""
        return self.protocol.scored_tasks(self.dataset, rows)

    def batch(self, rows: pd.DataFrame, tasks: EditBatch, pixels: Pixels) -> ScoringBatch:
        """What metrics see of rows, the tasks that the outputs answer, and the outputs (N, H, W, 3) uint8 RGB."""
        said = replace(tasks, lacks={**self.dataset.lacks, **tasks.lacks})
        return scoring_batch(rows, said, pixels, self.protocol, self.dataset, self.judges, self.compute)


def scoring_batch(
    rows: pd.DataFrame,
    batch: EditBatch,
    pixels: Pixels,
    protocol: Protocol,
    dataset: FaceDataset,
    judges: Judges,
    compute: Compute,
) -> ScoringBatch:
    """What metrics see of the tasks of N rows, all of one attribute, and of their outputs, (N, H, W, 3) uint8 RGB.

    Judges look at the outputs, and at the targets, when a metric first asks, once.
    """
    attribute = str(rows["attribute"].iloc[0])
    columns = dataset.attribute_names.index
    requested = tuple(map(columns, protocol.requested_of(attribute)))
    kept = tuple(map(columns, protocol.kept_of(dataset, attribute)))
    outputs = cache(lambda: image_tensor(pixels).to(compute.device))
    judged, judged_targets = (
        _judged(images, judges, len(dataset.attribute_names))
        for images in (outputs, lambda: batch.target.image.to(compute.device))
    )
    return ScoringBatch(batch, pixels, judged, requested, kept, judged_targets)


def _judged(images: Callable[[], Tensor], judges: Judges, num_attributes: int) -> Judged:
    """What judges see in N images on the compute device."""

    def parse() -> tuple[Tensor, Tensor]:
        judge = judges.parser()
        with plugin_boundary(f"{type(judge).__name__}.parse"):
            parsed, features = judge.parse(images())
        return parsed.cpu(), features.float().cpu()

    def read_attributes() -> Tensor:
        judge = judges.attributes()
        with plugin_boundary(f"{type(judge).__name__}.scores"):
            scores: Tensor = judge.scores(images())
        scores = scores.float().cpu()
        if scores.shape[1:] == (NUM_ATTRIBUTES,):  # a judge of CelebA's does not know those that the dataset adds
            scores = functional.pad(scores, (0, num_attributes - NUM_ATTRIBUTES), value=math.nan)
        return scores

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


def no_judge(role: str) -> str:
    """Why a metric has no figure whose role no judge has, and what to do."""
    fit = ", ".join(entry.card.name for entry in JUDGE_CARDS if entry.card.role == role) or "none"
    return f"no judge of role {role!r} was chosen: --set judge.{role}=NAME (registered: {fit})"
