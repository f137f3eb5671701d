"""The embedded default dataset: rendered faces whose masks, attributes and edits are exactly known."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Final, Literal, NamedTuple

from benchmark.caching.code_version import code_version
from benchmark.datasets.base import SPLITS, FaceDataset, Split, TrueEdit
from benchmark.datasets.errors import DataError
from benchmark.datasets.packed import FaceRecord, Progress, content_key, packed_faces
from benchmark.datasets.rendered_faces.attribute_edits import transfer_attribute
from benchmark.datasets.rendered_faces.parallel import draw, draw_all
from benchmark.datasets.rendered_faces.part_edits import edit_part
from benchmark.datasets.rendered_faces.renderer.attributes import KNOWN_ATTRIBUTES
from benchmark.datasets.rendered_faces.renderer.factors import FaceFactors, copy_style, sample_factors
from benchmark.datasets.rendered_faces.renderer.renderer import MAX_SIZE, MIN_SIZE, RENDERER_VERSION

SPLIT_STRIDE: Final = 1_000_000
"""Face numbers set aside for each split, so that a split's faces stay as they are when another split grows."""

DRAWN_BYTES: Final = 128 * 2**20
"""Memory for drawn edits: every method's edits, figures and pictures ask for the same ones."""


class _Face(NamedTuple):
    split: Split
    number: int

    @property
    def population_index(self) -> int:
        """Number within the population that the seed names."""
        return SPLITS.index(self.split) * SPLIT_STRIDE + self.number

    @property
    def id(self) -> str:
        return f"{self.split}-{self.number:05d}"


class RenderedFaces(FaceDataset):
    """Seeded faces drawn from separate geometry and style factors; nothing to download.

    The same options give the same faces everywhere, and face `test-00012` of a seed is the same face whatever the
    sizes of the splits.
    """

    name = "rendered-faces"
    resize_policy = "none: drawn at this size"
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
            size: side of the square images in pixels, 32 to 512.
            cache: folder of packed faces.
            train: faces to train on, 1 to 1,000,000.
            val: faces to choose by, 1 to 1,000,000.
            test: faces to report on, 1 to 1,000,000.
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
        if seed < 0:
            raise DataError(f"seed must be at least 0, not {seed}")
        if not MIN_SIZE <= size <= MAX_SIZE:
            raise DataError(f"rendered-faces have a height and width of {MIN_SIZE} to {MAX_SIZE} pixels, not {size}")
        facts = {
            "dataset": self.name,
            "renderer": [RENDERER_VERSION, code_version("benchmark.datasets.rendered_faces.renderer")],
            "seed": seed,
            "splits": counts,
            "size": size,
        }
        self._seed = seed
        self._faces = [_Face(split, number) for split in SPLITS for number in range(counts[split])]
        self._draw = lru_cache(maxsize=DRAWN_BYTES // (4 * size * size))(partial(_draw_edit, size=size))
        records = partial(self._records, size)
        self.packed = packed_faces(Path(cache), content_key(facts), size, records, len(self._faces), progress)

    def true_edit(
        self, edit: Literal["attribute-transfer", "style-copy"], target: int, source: int, attribute: str | None = None
    ) -> TrueEdit | None:
        """Render the edited face; None for the transfer of an attribute that the source's factors cannot give."""
        wearer, lender = self._factors(target), self._factors(source)
        if edit == "style-copy":
            factors = copy_style(style_of=wearer, geometry_of=lender)
        else:
            transferred = transfer_attribute(attribute or "", target=wearer, source=lender)
            if transferred is None:
                return None
            factors = transferred
        return self._draw(factors)

    def can_edit_part(self, face: int, edit: str) -> bool:
        """Whether the face of a row can have an edit of one part, such as "wider mouth"."""
        return edit_part(self._factors(face), edit) is not None

    def part_edit(self, face: int, edit: str) -> TrueEdit:
        """Render the face of a row with an edit of one part.

        Raises:
            ValueError: if it cannot have it.
        """
        edited = edit_part(self._factors(face), edit)
        if edited is None:
            raise ValueError(f"{self._faces[face].id} cannot have the edit {edit!r}")
        return self._draw(edited)

    def _factors(self, row: int) -> FaceFactors:
        return sample_factors(self._seed, self._faces[row].population_index)

    def _records(self, size: int) -> Iterator[FaceRecord]:
        drawings = draw_all(self._seed, [face.population_index for face in self._faces], size)
        for face, drawing in zip(self._faces, drawings, strict=True):
            yield FaceRecord(face.id, face.split, *drawing)


def _draw_edit(factors: FaceFactors, size: int) -> TrueEdit:
    edited = draw(factors, size)
    for array in edited:
        array.setflags(write=False)
    return TrueEdit(edited.image, edited.mask, edited.attributes)
