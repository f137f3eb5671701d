"""A dataset: a folder of images, label maps and a table of attributes."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from benchmark.datasets.base import FaceDataset
from benchmark.datasets.errors import DataError
from benchmark.datasets.packed import FaceRecord, Progress, SkippedFace, content_key, packed_faces
from benchmark.images.label_maps import read_labels
from benchmark.images.read import is_image_name, read_image
from methods.labels import ATTRIBUTES
from registry import DATASETS
from registry.errors import InputError

CARD = {
    "name": "photo-folder",
    "title": "Folder of photographs",
    "summary": "Images in ROOT/images, ROOT/masks/NAME.png with labels 0 to 18, and ROOT/attributes.csv with 0 and 1.",
    "licence": "that of your photographs",
    "options": {"test_share": 0.2},
}


@DATASETS.register(card=CARD)
class PhotoFolder(FaceDataset):
    """Faces of a folder; a hash of its name decides the split of each.

    Args:
        root: the folder.
        size: side of the square images in pixels.
        cache: folder of packed faces.
        test_share: of the faces; as many are set aside for validation.
        progress: called with the faces read and the faces in all.

    Raises:
        DataError: if there is no folder.
    """

    name = "photo-folder"
    resize_policy = "images by area averaging, masks by nearest neighbour"

    def __init__(
        self,
        root: Path | str | None,
        size: int,
        cache: Path,
        test_share: float = 0.2,
        progress: Progress | None = None,
    ) -> None:
        if root is None or not Path(root, "attributes.csv").is_file():
            raise DataError("photo-folder needs --data, a folder with images, masks and attributes.csv")
        self._root, self._test_share = Path(root), test_share
        self._table = pd.read_csv(self._root / "attributes.csv", index_col="face", dtype={"face": str})
        self.known_attributes = tuple(name for name in self._table.columns if name in ATTRIBUTES)
        images = sorted((self._root / "images").iterdir())
        faces = {path.stem: path for path in images if is_image_name(path.name)}
        # the key decides when faces are packed anew: name everything that decides what is packed
        changed = [[path.name, path.stat().st_mtime_ns] for path in [*faces.values(), self._root / "attributes.csv"]]
        key = content_key({"dataset": self.name, "files": changed, "size": size, "test_share": test_share})
        self.packed = packed_faces(cache, key, size, lambda: self._records(faces, size), len(faces), progress)
        self.skipped = [SkippedFace(face, reason) for face, reason in self.packed.skipped]

    def _records(self, faces: Mapping[str, Path], size: int) -> Iterator[FaceRecord | SkippedFace]:
        for face, path in faces.items():
            if face not in self._table.index:
                yield SkippedFace(face, f"attributes.csv has no row for {face}")
                continue
            try:
                image, mask = read_image(path), read_labels(self._root / "masks" / f"{face}.png")
            except InputError as error:
                yield SkippedFace(face, str(error))
                continue
            attributes = np.zeros(len(ATTRIBUTES), np.uint8)
            for name in self.known_attributes:
                attributes[ATTRIBUTES.index(name)] = self._table.at[face, name]
            yield FaceRecord(
                face=face,
                split=self._split(face),
                image=cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA),
                mask=cv2.resize(mask, (size, size), interpolation=cv2.INTER_NEAREST),
                attributes=attributes,
            )

    def _split(self, face: str) -> str:
        place = int.from_bytes(sha256(face.encode()).digest()[:4]) / 2**32
        return "test" if place < self._test_share else "val" if place < 2 * self._test_share else "train"
