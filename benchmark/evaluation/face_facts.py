"""What a dataset knows of the faces that tasks edit: their attributes, how far they are turned, and their hair."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.datasets.base import FaceDataset
from benchmark.protocols.base import NO_ROW
from benchmark.results.face_facts import FACE, HAIR, YAW
from methods.labels import LABELS, MOUTH_LABELS

NO_HAIR, ABOVE, BELOW = "no hair seen", "ends above the mouth", "falls below the mouth"
_HAIR = LABELS.index("hair")


def face_facts(dataset: FaceDataset, tasks: pd.DataFrame) -> pd.DataFrame:
    """One row per face of the dataset that is a target of tasks, as `write_face_facts` takes them.

    Args:
        dataset: the faces.
        tasks: a protocol's table, with `target_row`.
    """
    rows = np.unique(tasks["target_row"].to_numpy(np.int64))
    rows = rows[rows != NO_ROW]
    packed = dataset.packed
    columns: dict[str, object] = {FACE: [str(face) for face in packed.ids[rows]]}
    if "attributes" not in dataset.lacks:
        known = packed.attributes[rows] > 0
        columns |= {name: known[:, dataset.attribute_names.index(name)] for name in dataset.known_attributes}
    if packed.poses is not None:
        columns[YAW] = packed.poses[rows, 0].astype(np.float64)
    if "mask" not in dataset.lacks:
        columns[HAIR] = [hair_length(packed.masks[row]) for row in rows]
    return pd.DataFrame(columns)


def hair_length(mask: NDArray[np.uint8]) -> str:
    """How far down the hair of a face is seen: whether any of it lies below the lowest pixel of the mouth.

    Args:
        mask: (H, W) labels.

    Returns:
        "" where the face shows no mouth to measure by.
    """
    hair, mouth = ((mask == _HAIR).any(axis=1), np.isin(mask, MOUTH_LABELS).any(axis=1))
    if not hair.any():
        return NO_HAIR
    if not mouth.any():
        return ""
    return BELOW if np.flatnonzero(hair)[-1] > np.flatnonzero(mouth)[-1] else ABOVE
