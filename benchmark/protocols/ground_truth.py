"""The true results of a batch of edits, as tensors, where the dataset knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from benchmark.datasets.base import FaceDataset
from benchmark.images.convert import image_tensor
from benchmark.protocols.base import Rows


@dataclass(frozen=True)
class TrueEdits:
    """N true results.

    Attributes:
        image: (N, 3, H, W) in [-1, 1].
        mask: (N, H, W) uint8 labels.
        attributes: (N, 40) float in {0, 1}.
    """

    image: Tensor
    mask: Tensor
    attributes: Tensor


def true_edits(
    dataset: FaceDataset,
    edit: Literal["attribute-transfer", "style-copy"],
    targets: Rows,
    sources: Rows,
    attribute: str | None = None,
) -> TrueEdits | None:
    """True results of N pairs of rows, or None where the dataset does not know them all."""
    found = []
    for target, source in zip(targets, sources, strict=True):
        truth = dataset.true_edit(edit, int(target), int(source), attribute)
        if truth is None:
            return None
        found.append(truth)
    return TrueEdits(
        image=image_tensor(np.stack([truth.image for truth in found])),
        mask=torch.from_numpy(np.stack([truth.mask for truth in found])),
        attributes=torch.from_numpy(np.stack([truth.attributes for truth in found]).astype(np.float32)),
    )
