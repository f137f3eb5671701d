"""A batch stepped through in parts, one after another, so that memory is that of a part: gradients are accumulated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from benchmark.runtime.processes import Processes
from methods.base import FaceBatch, Stage, Trainable
from registry.errors import InputError


@dataclass(frozen=True)
class BatchParts:
    """How the batches of a stage are split.

    Attributes:
        count: parts of equal size; 1 leaves batches whole.
        sides: runs of equal length that a batch has, each of which is split: 2 where an attribute balances it.
    """

    count: int = 1
    sides: int = 1

    def of(self, faces: FaceBatch) -> Iterator[FaceBatch]:
        """The parts of a batch, or of a process's share of one; together the shares' parts are those of the batch."""
        if self.count == 1:
            yield faces
            return
        run = len(faces) // self.sides
        length = run // self.count
        for number in range(self.count):
            spans = [slice(start, start + length) for start in range(number * length, len(faces), run)]
            loaded = faces.loaded_attributes
            yield replace(
                faces,
                image=_rows(faces.image, spans),
                mask=_rows(faces.mask, spans),
                attributes=_rows(faces.attributes, spans),
                ids=tuple(name for span in spans for name in faces.ids[span]),
                loaded_attributes=None if loaded is None else _rows(loaded, spans),
            )


WHOLE: Final = BatchParts()
"""Batches that are not split."""


def parts_of(stage: Stage, count: int) -> BatchParts:
    """How a stage's batches are split into so many parts."""
    return BatchParts(count, 1 if stage.balanced_by is None else 2)


def require_parts(model: Trainable, stages: Sequence[Stage], title: str, count: int, processes: Processes) -> None:
    """Refuse to accumulate gradients where steps on parts are not the batch's, or parts would not be equal.

    Args:
        model: to train.
        stages: that are trained.
        title: what messages call the model.
        count: parts of each batch.
        processes: that share each batch first.

    Raises:
        InputError: saying why.
    """
    if count == 1 or not stages:
        return
    if not model.shares_batches:
        raise InputError(
            f"{title} trains on whole batches only, since its steps draw from or mix the faces of a batch; leave "
            "accumulate out (a plug-in whose steps share batches says so by `shares_batches = True`)"
        )
    for stage in stages:
        parts = count * processes.size * parts_of(stage, count).sides
        if stage.batch_size % parts:
            shared = f" by {processes.size} processes" if processes.several else ""
            balanced = f", each balanced by {stage.balanced_by}" if stage.balanced_by is not None else ""
            raise InputError(
                f"{title}, stage {stage.name}: a batch of {stage.batch_size} cannot be trained{shared} in accumulate="
                f"{count} equal parts{balanced}; {parts} must divide it"
            )


def mean_of_parts(losses: Sequence[Mapping[str, Tensor | float]]) -> Mapping[str, Tensor | float]:
    """Losses of a batch: means over its parts of each one's; no device is waited for."""
    if len(losses) == 1:
        return losses[0]
    names = dict.fromkeys(name for of_part in losses for name in of_part)
    found = {name: [of_part[name] for of_part in losses if name in of_part] for name in names}
    return {name: sum(map(_detached, values)) / len(values) for name, values in found.items()}


def _detached(value: Tensor | float) -> Tensor | float:
    return value.detach() if isinstance(value, Tensor) else value


def _rows(tensor: Tensor, spans: Sequence[slice]) -> Tensor:
    return tensor[spans[0]] if len(spans) == 1 else torch.cat([tensor[span] for span in spans])
