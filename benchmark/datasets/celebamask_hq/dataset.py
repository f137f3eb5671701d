"""CelebAMask-HQ: 30,000 real faces with hand-made part masks (Lee et al., CVPR 2020)."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.caching.code_version import code_version
from benchmark.datasets.base import FaceDataset
from benchmark.datasets.celebamask_hq.files import Annotations, FaceFiles, find_files, read_annotations
from benchmark.datasets.celebamask_hq.reader import FaceReader
from benchmark.datasets.errors import DataError
from benchmark.datasets.packed import Progress, SkippedFace, content_key, in_parallel, packed_faces
from benchmark.datasets.transforms import RESIZE_POLICY
from benchmark.images.read import is_image_name
from methods.labels import ATTRIBUTES

if TYPE_CHECKING:
    import pandas as pd


class CelebAMaskHQ(FaceDataset):
    """The real dataset in its own layout, whole or in part; splits follow CelebA's partition.

    An absent part file is an absent class, an absent pose file leaves poses unknown, and an absent image leaves out its
    face. A face that is damaged or lacks annotations is in `skipped`, and so is an image file that is named as none.
    """

    name = "celebamask-hq"
    resize_policy = RESIZE_POLICY
    known_attributes = ATTRIBUTES

    def __init__(
        self,
        root: Path | str | None,
        size: int,
        cache: Path,
        limit: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Open the dataset, packing it into `cache` first where it is not there yet.

        Args:
            root: folder with CelebA-HQ-img/, CelebAMask-HQ-mask-anno/ (or CelebAMask-HQ-mask/, or -mask-color/) and the
                annotation files.
            size: side of the square images in pixels.
            cache: folder of packed faces.
            limit: the most faces to use of each split, those with the lowest numbers; None uses all.
            progress: called with the faces packed and the faces in all.

        Raises:
            DataError: if `root` is not a CelebAMask-HQ folder, none of its faces is usable, an option is out of range,
                or the cache cannot be written.
        """
        if size < 1:
            raise DataError(f"size must be at least 1 pixel, not {size}")
        if limit is not None and limit < 1:
            raise DataError(f"limit must be at least 1 face a split, not {limit}")
        found = find_files(root)
        faces, strangers = found.faces, [name for name in found.unknown_images if is_image_name(name)]
        annotations = read_annotations(Path(str(root)))
        if limit is not None:
            faces = _first_of_each_split(faces, annotations, limit)
        facts = {
            "dataset": self.name,
            "size": size,
            "resize": RESIZE_POLICY,
            "code": code_version(FaceReader.__module__),
            "annotations": annotations.digests,
            "files": [face.listing for face in faces],
            "unknown": strangers,
        }
        read = partial(in_parallel, FaceReader(annotations, size), faces)
        unknown = [
            SkippedFace(name, f"{name} is named as no face's image, such as 12.jpg", "with another name than a number")
            for name in strangers
        ]
        total = len(faces) + len(unknown)
        self.packed = packed_faces(
            Path(cache), content_key(facts), size, lambda: chain(read(), unknown), total, progress
        )
        self.skipped = self.packed.left_out

    @classmethod
    def verify(cls, root: Path | None, progress: Progress | None = None, **options: Any) -> pd.DataFrame:
        """What is wrong with the files, as `verify_celebamask_hq`."""
        from benchmark.datasets.celebamask_hq.verify import verify_celebamask_hq

        return verify_celebamask_hq(root, progress)


def _first_of_each_split(faces: list[FaceFiles], annotations: Annotations, limit: int) -> list[FaceFiles]:
    taken: Counter[str] = Counter()
    first: list[FaceFiles] = []
    for face in faces:
        split = annotations.splits.get(face.number)
        if split is not None and taken[split] < limit:
            taken[split] += 1
            first.append(face)
    return first
