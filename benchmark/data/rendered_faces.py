"""The embedded default dataset: rendered faces whose masks, attributes and edits are exactly known."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np

from benchmark.data import rendered
from benchmark.data.base import SPLITS, FaceDataset, SkippedFace, Split, TrueEdit
from benchmark.data.errors import DataError
from benchmark.data.packed import FaceRecord, Progress, content_key, packed_faces
from benchmark.data.rendered.attributes import KNOWN_ATTRIBUTES, attributes
from benchmark.data.rendered.factors import FaceFactors, copy_style, sample_factors, transfer_expression
from benchmark.data.rendered.renderer import RENDERER_VERSION, render

SPLIT_STRIDE: Final = 100_000
"""Face numbers set aside for each split, so that a split's faces stay as they are when another split grows."""


class _Face(NamedTuple):
    split: Split
    number: int

    @property
    def id(self) -> str:
        return f"{self.split}-{self.number:05d}"


class RenderedFaces(FaceDataset):
    """Seeded faces drawn from separate geometry and style factors; nothing to download.

    The same options give the same faces everywhere, and face `test-00012` of a seed is the same face whatever the
    sizes of the splits.
    """

    name = "rendered-faces"
    known_attributes = KNOWN_ATTRIBUTES

    def __init__(
        self,
        root: Path | str | None,
        size: int,
        cache: Path,
        train: int = 3000,
        val: int = 300,
        test: int = 400,
        seed: int = 0,
        progress: Progress | None = None,
    ) -> None:
        """Open the faces, rendering them into `cache` first where they are not there yet.

        Args:
            root: must be None: there is no folder to read.
            size: side of the square images in pixels.
            cache: folder of packed faces.
            train: faces to train on, 1 to 100,000.
            val: faces to choose by, 1 to 100,000.
            test: faces to report on, 1 to 100,000.
            seed: names the population the faces are drawn from, at least 0.
            progress: called with the faces rendered and the faces in all.

        Raises:
            DataError: if a folder is given, an option is out of range, or the cache cannot be written.
        """
        if root is not None:
            raise DataError(f"rendered-faces reads no folder and was given {root}; leave the folder out")
        counts: dict[Split, int] = {"train": train, "val": val, "test": test}
        for split, number in counts.items():
            if not 1 <= number <= SPLIT_STRIDE:
                raise DataError(f"{split} must be 1 to {SPLIT_STRIDE} faces, not {number}")
        for option, value, least in (("seed", seed, 0), ("size", size, 1)):
            if value < least:
                raise DataError(f"{option} must be at least {least}, not {value}")
        facts = {
            "dataset": self.name,
            "renderer": [RENDERER_VERSION, _renderer_source()],
            "seed": seed,
            "splits": counts,
            "size": size,
        }
        self._seed = seed
        self._faces = [_Face(split, number) for split in SPLITS for number in range(counts[split])]
        self.packed = packed_faces(
            Path(cache), content_key(facts), size, partial(self._record, size), self._faces, progress
        )

    def true_edit(
        self, edit: Literal["attribute-transfer", "style-copy"], target: int, source: int, attribute: str | None = None
    ) -> TrueEdit | None:
        """Render the edited face; None for the transfer of another attribute than Smiling."""
        wearer, lender = self._factors(self._faces[target]), self._factors(self._faces[source])
        if edit == "style-copy":
            return _rendered(copy_style(style_of=wearer, geometry_of=lender), self.size)
        if attribute == "Smiling":
            return _rendered(transfer_expression(target=wearer, source=lender), self.size)
        return None

    def _factors(self, face: _Face) -> FaceFactors:
        return sample_factors(self._seed, SPLITS.index(face.split) * SPLIT_STRIDE + face.number)

    def _record(self, size: int, face: _Face) -> FaceRecord | SkippedFace:
        factors = self._factors(face)
        drawn = _rendered(factors, size)
        pose = factors.geometry.pose
        angles = np.degrees((pose.yaw, pose.pitch, pose.roll)).astype(np.float32)
        return FaceRecord(face.id, face.split, drawn.image, drawn.mask, drawn.attributes, angles)


def _rendered(factors: FaceFactors, size: int) -> TrueEdit:
    face = render(factors, size)
    return TrueEdit(face.image, face.mask, attributes(factors))


def _renderer_source() -> str:
    """SHA-256 of the renderer's source: a change of its code must not find faces of the old one."""
    source = hashlib.sha256()
    for path in sorted(Path(rendered.__path__[0]).glob("*.py")):
        # Line ends as checked out must not matter.
        source.update(f"{path.name}\n{path.read_text(encoding='utf-8')}\n".encode())
    return source.hexdigest()
