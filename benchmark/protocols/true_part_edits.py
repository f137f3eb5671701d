"""The true result of an edit of one part: drawn anew where the dataset can, else a warped mask without an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from benchmark.datasets.base import FaceDataset
from benchmark.datasets.known_part_edits import KnowsPartEdits
from benchmark.images.convert import image_tensor
from benchmark.protocols.base import Rows
from benchmark.protocols.ground_truth import TrueEdits
from benchmark.protocols.mask_parts import shows
from benchmark.protocols.part_warps import WARPS, warped_mask


@dataclass(frozen=True)
class PartEdits:
    """N edits of one part each.

    Attributes:
        mask: (N, H, W) uint8, the true masks.
        truth: the true results, where the dataset knows them.
    """

    mask: Tensor
    truth: TrueEdits | None


def can_edit(dataset: FaceDataset, row: int, edit: str) -> bool:
    """Whether the face of a row can have an edit: its mask shows what is edited, or would be edited in it."""
    if isinstance(dataset, KnowsPartEdits):
        return dataset.can_edit_part(row, edit)
    return shows(dataset.packed.masks[row], WARPS[edit].of)


def part_edits(dataset: FaceDataset, rows: Rows, edits: Sequence[str]) -> PartEdits:
    """The edits of N rows, each made once however often it comes."""
    pairs = [(int(row), edit) for row, edit in zip(rows, edits, strict=True)]
    if not isinstance(dataset, KnowsPartEdits):
        warped = {pair: warped_mask(dataset.packed.masks[pair[0]], WARPS[pair[1]]) for pair in dict.fromkeys(pairs)}
        return PartEdits(torch.from_numpy(np.stack([warped[pair] for pair in pairs])), None)
    found = {pair: dataset.part_edit(*pair) for pair in dict.fromkeys(pairs)}
    drawn = [found[pair] for pair in pairs]
    mask = torch.from_numpy(np.stack([edit.mask for edit in drawn]))
    attributes = torch.from_numpy(np.stack([edit.attributes for edit in drawn]).astype(np.float32))
    return PartEdits(mask, TrueEdits(image_tensor(np.stack([edit.image for edit in drawn])), mask, attributes))
