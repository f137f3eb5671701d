"""A plain folder of faces as a dataset."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.caching.code_version import code_version
from benchmark.datasets.base import SPLITS, FaceDataset
from benchmark.datasets.errors import DataError
from benchmark.datasets.face_folder.annotations import ATTRIBUTE_TABLE, SPLIT_TABLE, read_annotations
from benchmark.datasets.face_folder.files import MASKS, counts_in_words, find_faces
from benchmark.datasets.face_folder.options import FaceFolderOptions
from benchmark.datasets.face_folder.reader import POLICY, FaceReader
from benchmark.datasets.packed import Progress, content_key, in_parallel, packed_faces
from benchmark.images.label_sets import find_label_set
from benchmark.images.listing import FileCount

if TYPE_CHECKING:
    import pandas as pd


class FaceFolder(FaceDataset):
    """Faces of a plain folder, with what there is of masks, attributes, splits and poses.

    A card of one's own may name this class, or one derived from it, with other defaults of the options.
    """

    name = "face-folder"
    resize_policy = POLICY

    def __init__(
        self, root: Path | str | None, size: int, cache: Path, progress: Progress | None = None, **options: Any
    ) -> None:
        """Open the folder, packing its faces into `cache` first where they are not there yet.

        Args:
            root: folder with images/, or with the images themselves, and as far as there are any masks/,
                attributes.csv, splits.csv and poses.csv.
            size: side of the square images in pixels.
            cache: folder of packed faces.
            progress: called with the faces packed and the faces in all.
            options: those of `FaceFolderOptions`.

        Raises:
            DataError: if there is no such folder, it contradicts itself, or none of its faces is usable.
            InputError: if the label set is none.
        """
        if size < 1:
            raise DataError(f"size must be at least 1 pixel, not {size}")
        chosen = FaceFolderOptions(**options)
        label_set = find_label_set(chosen.label_set, None if root is None else Path(root))
        self._found = found = find_faces(root, label_set)
        self._annotations = annotations = read_annotations(found.root, found.faces, chosen.attribute_names)
        self.known_attributes = annotations.known_attributes
        self.lacks = {
            **({} if found.has_masks else {"mask": f"{found.root / MASKS} is not there"}),
            **({} if annotations.attributes else {"attributes": f"{found.root / ATTRIBUTE_TABLE} is not there"}),
        }
        facts = {
            "dataset": "face-folder",
            "size": size,
            "resize": POLICY,
            "code": code_version(FaceReader.__module__),
            "options": vars(chosen),
            "labels": label_set.content,
            "masks": found.has_masks,
            "tables": annotations.digests,
            "files": [face.listing for face in found.faces.values()],
        }
        reader = FaceReader(annotations, chosen, has_masks=found.has_masks, size=size)
        read = partial(in_parallel, reader, list(found.faces.values()))
        self.packed = packed_faces(
            Path(cache), content_key(facts), size, read, len(found.faces), progress, annotations.own_attributes
        )
        self.skipped = self.packed.left_out

    @property
    def left_out(self) -> tuple[FileCount, ...]:
        """The faces and files that are not used, by reason."""
        others = {**self._found.left_out, **self._annotations.left_out}
        files = [
            FileCount(f"in {place}, {count.reason}", count.count, count.example)
            for place, counts in others.items()
            for count in counts
        ]
        return (*super().left_out, *files)

    @property
    def summary(self) -> str:
        """One line: the faces found, used and left out, and what the folder lacks."""
        splits = Counter(self.packed.splits.tolist())
        used = ", ".join(f"{splits[split]:,} {split}" for split in SPLITS)
        by = "" if self._annotations.splits is not None else f" by a hash of their names, for want of {SPLIT_TABLE}"
        parts = [f"{self._found.root}: {len(self._found.faces):,} images, {len(self.packed):,} used ({used}{by})"]
        if self.skipped:
            parts.append(f"left out: {', '.join(map(str, super().left_out))}")
        parts += counts_in_words({**self._found.left_out, **self._annotations.left_out})
        if self.lacks:
            parts.append(f"no {' and no '.join('masks' if word == 'mask' else word for word in self.lacks)}")
        return "; ".join(parts)

    @classmethod
    def verify(cls, root: Path | None, progress: Progress | None = None, **options: Any) -> pd.DataFrame:
        """What is wrong with the folder, as `verify_face_folder`."""
        from benchmark.datasets.face_folder.verify import verify_face_folder

        return verify_face_folder(root, FaceFolderOptions(**options), progress)
