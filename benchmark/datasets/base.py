"""What a dataset of faces is to the harness: packed faces in splits, and, where it can know them, true edits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.datasets.packed import SPLITS as SPLITS
from benchmark.datasets.packed import PackedFaces, SkippedFace
from benchmark.datasets.packed import Split as Split
from benchmark.images.convert import image_tensor
from methods.base import FaceBatch


@dataclass(frozen=True)
class TrueEdit:
    """The true result of an edit, known because the face was rendered.

    Attributes:
        image: (H, W, 3) uint8 RGB.
        mask: (H, W) uint8 labels.
        attributes: (40,) uint8 in {0, 1}.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    attributes: NDArray[np.uint8]


class FaceDataset(ABC):
    """Faces of one dataset at one size.

    Built by the registry as `DATASETS.get(name)(root=..., size=..., cache=..., **options)`.

    Attributes:
        name: the registered name.
        packed: every usable face, memory-mapped; a face is addressed by its row.
        known_attributes: CelebA attributes whose values mean something here.
        skipped: the faces left out, with reasons.
        resize_policy: how faces came to this size, in words.
    """

    name: str
    packed: PackedFaces
    known_attributes: tuple[str, ...]
    skipped: Sequence[SkippedFace] = ()
    resize_policy: str

    @property
    def size(self) -> int:
        """Side of the square images in pixels."""
        return self.packed.size

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the packed content: images, masks, attributes, poses, ids, splits and size."""
        return self.packed.fingerprint

    def rows(self, split: Split) -> NDArray[np.int64]:
        """Rows of a split, in a fixed order."""
        return self.packed.rows(split)

    def batch(self, rows: NDArray[np.int64]) -> FaceBatch:
        """The faces at `rows` as tensors on the CPU."""
        packed = self.packed
        return FaceBatch(
            image=image_tensor(packed.images[rows]),
            mask=torch.from_numpy(np.ascontiguousarray(packed.masks[rows])),
            attributes=torch.from_numpy(packed.attributes[rows].astype(np.float32)),
            ids=tuple(str(each) for each in packed.ids[rows]),
        )

    @abstractmethod
    def true_edit(
        self, edit: Literal["attribute-transfer", "style-copy"], target: int, source: int, attribute: str | None = None
    ) -> TrueEdit | None:
        """The true edited face of rows `target` and `source`, or None where the dataset cannot know it.

        attribute-transfer: the target wearing the source's `attribute`. style-copy: the target's style on the source's
        geometry.
        """
