"""Times training batches from packed faces against reading each face's JPEG and PNG files whenever it is drawn.

Usage: python -m benchmarks.loading FOLDER [SIZE]

FOLDER is one of CelebAMask-HQ. Both loaders give the same batches, which is looked at first.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import torch
from torch.utils.data import DataLoader

from benchmark.datasets.celebamask_hq.dataset import CelebAMaskHQ
from benchmark.datasets.celebamask_hq.files import find_files, read_annotations
from benchmark.datasets.celebamask_hq.reader import FaceReader
from benchmark.datasets.packed import FaceRecord
from benchmark.datasets.training_batches import Draw, SeededDraws, SplitFaces, collate_faces, training_batches
from methods.base import FaceBatch

BATCH: Final = 8
FROM_FILES, FROM_PACK = 12, 240
"""Batches that are timed."""


class SplitFromFiles(SplitFaces):
    """The training faces of a folder, each read from its files whenever it is drawn.

    Args:
        dataset: the same folder, packed, which says which face lies at which row.
        folder: of CelebAMask-HQ.
        size: side of the square images in pixels.
    """

    def __init__(self, dataset: CelebAMaskHQ, folder: Path, size: int) -> None:
        super().__init__(dataset.packed, dataset.rows("train"))
        self.files = {str(files.number): files for files in find_files(folder).faces}
        self.reader = FaceReader(read_annotations(folder), size)

    def __getitem__(self, draw: Draw) -> dict[str, Any]:
        """The face drawn, as the pack gives it."""
        record = self.reader(self.files[str(self.packed.ids[self.rows[draw.face]])])
        assert isinstance(record, FaceRecord)
        face: dict[str, Any] = self.pipeline(
            {
                "img": record.image,
                "gt_seg_map": record.mask,
                "attributes": record.attributes,
                "attribute_names": self.packed.attribute_names,
                "id": record.face,
                "flip": draw.flip,
            }
        )
        return face


def faces_a_second(batches: Iterator[FaceBatch], count: int) -> tuple[float, float]:
    """Faces in a second of the clock and of a processor, after one batch."""
    next(batches)
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        next(batches)
    return count * BATCH / (time.perf_counter() - wall), count * BATCH / (time.process_time() - cpu)


def main(folder: Path, size: int) -> None:
    """Print the faces that each loader gives in a second, in this process."""
    torch.set_num_threads(1)
    with TemporaryDirectory() as cache:
        dataset = CelebAMaskHQ(folder, size, Path(cache))
        from_files = SplitFromFiles(dataset, folder, size)
        draws = SeededDraws(len(from_files), BATCH, seed=0)

        def of_files() -> Iterator[FaceBatch]:
            return iter(DataLoader(from_files, batch_sampler=draws, collate_fn=collate_faces))

        def of_pack() -> Iterator[FaceBatch]:
            return iter(training_batches(dataset, BATCH, seed=0))

        one, other = next(of_files()), next(of_pack())
        if one.ids != other.ids or not (torch.equal(one.image, other.image) and torch.equal(one.mask, other.mask)):
            raise SystemExit("the two loaders give different faces")
        measured = [(faces_a_second(of_files(), FROM_FILES), faces_a_second(of_pack(), FROM_PACK)) for _ in range(3)]
    for name, place in (("clock", 0), ("processor", 1)):
        read, packed = (float(np.median([each[way][place] for each in measured])) for way in (0, 1))
        print(
            f"{size} pixels, by the {name}: {read:.0f} faces/s from files, {packed:.0f} from the pack, "
            f"{packed / read:.0f} x"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 64)
