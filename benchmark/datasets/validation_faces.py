"""The faces that a training is validated on: the validation split, or a part of the training split that is held out."""

from __future__ import annotations

import hashlib
from copy import copy
from typing import Final

import numpy as np

from benchmark.datasets.base import FaceDataset
from benchmark.datasets.errors import DataError

HELD_OUT_SHARE: Final = 0.1
"""Of the training split, where a dataset has no validation split and one is wanted."""
FEWEST_HELD_OUT: Final = 2
"""Most tasks take two faces."""


def has_validation(dataset: FaceDataset) -> bool:
    """Whether there are faces that are neither learned from nor tested on."""
    return bool(len(dataset.rows("val")))


def held_out(dataset: FaceDataset) -> FaceDataset:
    """The same faces, of which a tenth of the training split are its validation split, chosen by a hash of their ids.

    Raises:
        DataError: if the training split is too small for that.
    """
    rows = dataset.rows("train")
    count = round(HELD_OUT_SHARE * len(rows))
    if count < FEWEST_HELD_OUT:
        raise DataError(
            f"{dataset.name} has no validation face, and too few training faces ({len(rows)}) to hold a tenth of them "
            "out; leave validate_every and keep out"
        )
    keys = [hashlib.sha256(f"validation/{face}".encode()).hexdigest() for face in dataset.packed.ids[rows]]
    chosen = rows[np.argsort(np.array(keys))[:count]]
    splits = dataset.packed.splits.copy()
    splits[chosen] = "val"
    return _with_splits(dataset, splits)


def as_tested(dataset: FaceDataset) -> FaceDataset:
    """The same faces, those of the validation split where protocols draw tasks; those of the test split in none."""
    splits = dataset.packed.splits
    return _with_splits(dataset, np.where(splits == "val", "test", np.where(splits == "test", "", splits)))


def _with_splits(dataset: FaceDataset, splits: np.ndarray) -> FaceDataset:
    view = copy(dataset)
    view.packed = copy(dataset.packed)
    view.packed.splits = splits
    return view
