"""Tasks by the attribute that they transfer: the rows of a table in batches of one attribute, and batches joined."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from methods.base import EditBatch, FaceBatch


def tasks_by_attribute(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows of a task table by the attribute that they transfer, in the order in which it first comes."""
    if rows["attribute"].nunique() < 2:
        return [rows]
    return [part for _, part in rows.groupby("attribute", sort=False)]


def batches_of_tasks(rows: pd.DataFrame, size: int) -> list[pd.DataFrame]:
    """The rows of a task table in batches of at most `size`, each of one attribute."""
    return [part.iloc[start : start + size] for part in tasks_by_attribute(rows) for start in range(0, len(part), size)]


def without_attributes(rows: pd.DataFrame, refused: Collection[str]) -> pd.DataFrame:
    """The rows of a task table but for those that transfer one of some attributes."""
    return rows[~rows["attribute"].isin(list(refused))] if refused else rows


def joined(batches: Sequence[EditBatch], order: NDArray[np.int64]) -> EditBatch:
    """The tasks of several batches in one, in an order of all; with the oracle and the hints that all have.

    What the tasks of one batch lack, those of the joined one are said to lack. A batch without strength has 1.
    """
    places = torch.from_numpy(order)

    def tensors(parts: Iterable[Tensor]) -> Tensor:
        return torch.cat(list(parts))[places]

    def faces(parts: Sequence[FaceBatch]) -> FaceBatch:
        ids = [face for part in parts for face in part.ids]
        return FaceBatch(
            image=tensors(part.image for part in parts),
            mask=tensors(part.mask for part in parts),
            attributes=tensors(part.attributes for part in parts),
            ids=tuple(ids[place] for place in order),
            attribute_names=parts[0].attribute_names,
        )

    def strengths() -> Tensor | None:
        if all(batch.strength is None for batch in batches):
            return None
        return tensors(torch.ones(len(batch)) if batch.strength is None else batch.strength for batch in batches)

    def where_all_have(parts: Sequence[Tensor | None]) -> Tensor | None:
        present = [part for part in parts if part is not None]
        return tensors(present) if len(present) == len(parts) else None

    def words(parts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        every = [word for batch, part in zip(batches, parts, strict=True) for word in part or ("",) * len(batch)]
        return tuple(every[place] for place in order) if any(parts) else ()

    return EditBatch(
        target=faces([batch.target for batch in batches]),
        source=faces([batch.source for batch in batches]),
        mask=tensors(batch.mask for batch in batches),
        attributes=tensors(batch.attributes for batch in batches),
        region=tensors(batch.region for batch in batches),
        oracle=where_all_have([batch.oracle for batch in batches]),
        instructions=words([batch.instructions for batch in batches]),
        transferred=words([batch.transferred for batch in batches]),
        lacks={word: reason for batch in batches for word, reason in batch.lacks.items()},
        strength=strengths(),
        sketch=where_all_have([batch.sketch for batch in batches]),
        colour=where_all_have([batch.colour for batch in batches]),
    )
