"""What a dataset of faces is to the harness: packed faces in splits, and, where it can know them, true edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.datasets.errors import DataError
from benchmark.datasets.packed import SPLITS as SPLITS
from benchmark.datasets.packed import PackedFaces, Progress, SkippedFace
from benchmark.datasets.packed import Split as Split
from benchmark.images.convert import image_tensor
from benchmark.images.listing import FileCount
from methods.base import FaceBatch

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class TrueEdit:
    """The true result of an edit, known because the face was rendered.

    Attributes:
        image: (H, W, 3) uint8 RGB.
        mask: (H, W) uint8 labels.
        attributes: (A,) uint8 in {0, 1}.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    attributes: NDArray[np.uint8]


class FaceDataset:
    """Faces of one dataset at one size.

    Built by the registry as `DATASETS.get(name)(root=..., size=..., cache=..., **options)`.

    Attributes:
        name: the registered name.
        packed: every usable face, memory-mapped; a face is addressed by its row.
        known_attributes: attributes whose values mean something here: of CelebA's, and those that the dataset adds.
        skipped: the faces left out, with reasons.
        resize_policy: how faces came to this size, in words.
        lacks: what its faces do not have, "mask" or "attributes", with what is missing for it.
    """

    name: str
    packed: PackedFaces
    known_attributes: tuple[str, ...]
    skipped: Sequence[SkippedFace] = ()
    resize_policy: str
    lacks: Mapping[str, str] = MappingProxyType({})

    @property
    def size(self) -> int:
        """Side of the square images in pixels."""
        return self.packed.size

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the packed content: images, masks, attributes, poses, ids, splits and size."""
        return self.packed.fingerprint

    @property
    def attribute_names(self) -> tuple[str, ...]:
        """The names of the columns of its faces' attributes: CelebA's 40, and those that it adds."""
        return self.packed.attribute_names

    @property
    def left_out(self) -> tuple[FileCount, ...]:
        """What is not used, by reason: faces, and whatever else lies among the files."""
        examples: dict[str, list[str]] = {}
        for skipped in self.skipped:
            examples.setdefault(skipped.kind or "that cannot be used", []).append(str(skipped.face))
        return tuple(FileCount(kind, len(faces), faces[0]) for kind, faces in examples.items())

    @property
    def summary(self) -> str | None:
        """A line about what was found and left out; None where there is nothing to say."""
        if not self.skipped:
            return None
        first = self.skipped[0]
        return f"{self.name}: {len(self.skipped)} faces skipped, the first: {first.face}, {first.reason}"

    @classmethod
    def verify(cls, root: Path | None, progress: Progress | None = None, **options: Any) -> pd.DataFrame:
        """What is wrong with a dataset's files, for `bench data verify`.

        Args:
            root: folder of the files.
            progress: called with the faces examined and the faces in all.
            options: of the dataset's card.

        Returns:
            One row a finding with columns `face` (None for what is no face's), `problem`, `kind` and `detail`.

        Raises:
            DataError: if there are no files to verify.
        """
        raise DataError(f"{cls.name} has no files that `bench data verify` can examine")

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
            attribute_names=packed.attribute_names,
        )

    def true_edit(
        self, edit: Literal["attribute-transfer", "style-copy"], target: int, source: int, attribute: str | None = None
    ) -> TrueEdit | None:
        """The true edited face of rows `target` and `source`, or None where it is unknown, as of all photographs.

        attribute-transfer: the target wearing the source's `attribute`. style-copy: the target's style on the source's
        geometry.
        """
        return None
