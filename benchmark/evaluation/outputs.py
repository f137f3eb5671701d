"""The images that are scored: a run's edits, read by their tasks' rows, or the real images of the tasks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd
import torch

from benchmark.images.convert import Pixels, image_array
from benchmark.protocols.base import Protocol
from methods.base import EditBatch

Outputs = Callable[[pd.DataFrame, EditBatch], tuple[EditBatch, Pixels]]
"""From task rows and their tasks to the tasks that the outputs answer and the outputs, (N, H, W, 3) uint8 RGB."""


@dataclass(frozen=True)
class EditedOutputs:
    """Edits that answer the tasks as they are.

    Attributes:
        read: gives the images of task rows.
    """

    read: Callable[[pd.DataFrame], Pixels]

    def __call__(self, rows: pd.DataFrame, batch: EditBatch) -> tuple[EditBatch, Pixels]:
        """As `Outputs`."""
        return batch, self.read(rows)


@dataclass(frozen=True)
class RealOutputs:
    """The real images of a protocol as if they were its outputs, each task requesting their own mask and attributes."""

    protocol: Protocol

    def __call__(self, rows: pd.DataFrame, batch: EditBatch) -> tuple[EditBatch, Pixels]:
        """As `Outputs`."""
        face = self.protocol.real_faces(batch)
        tasks = replace(
            batch, target=face, source=face, mask=face.mask, attributes=face.attributes, oracle=None, lacks={}
        )
        return replace(tasks, region=torch.ones_like(batch.region)), image_array(face.image)
