"""A dataset: rendered faces, darker. For a folder of files, see the page on datasets."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmark.datasets.base import FaceDataset
from benchmark.datasets.packed import FaceRecord, Progress, content_key, packed_faces
from benchmark.datasets.rendered_faces.dataset import RenderedFaces


class DimFaces(FaceDataset):
    """Rendered faces under a share of their light.

    Args:
        root: not used.
        size: side of the square images in pixels.
        cache: folder of packed faces.
        train: faces of that split, as `val` and `test` are of theirs.
        val: likewise.
        test: likewise.
        light: factor of every level.
        progress: called with the faces packed and the faces in all.
    """

    name = "dim-faces"
    resize_policy = "none: rendered at this size"

    def __init__(
        self,
        root: Path | str | None,
        size: int,
        cache: Path,
        train: int,
        val: int,
        test: int,
        light: float,
        progress: Progress | None = None,
    ) -> None:
        self._bright = RenderedFaces(root=None, size=size, cache=cache, train=train, val=val, test=test)
        self.known_attributes = self._bright.known_attributes
        key = content_key({"dataset": self.name, "bright": self._bright.fingerprint, "light": light})
        number = train + val + test
        self.packed = packed_faces(cache, key, size, lambda: self._records(light), number, progress)

    def _records(self, light: float) -> Iterator[FaceRecord]:
        packed = self._bright.packed
        for split in ("train", "val", "test"):
            for row in self._bright.rows(split):
                image = (packed.images[row] * light).astype(np.uint8)
                yield FaceRecord(str(packed.ids[row]), split, image, packed.masks[row], packed.attributes[row])
