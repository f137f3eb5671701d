"""Makes the packed record of a face of CelebAMask-HQ from its files: all that decides what is packed."""

from __future__ import annotations

from benchmark.datasets.celebamask_hq.files import Annotations, FaceFiles
from benchmark.datasets.errors import UnusableFaceError
from benchmark.datasets.packed import FaceRecord, SkippedFace
from benchmark.datasets.transforms import LoadFace, ResizeFace


class FaceReader:
    """Makes the packed record of a face's files at a size.

    Args:
        annotations: what the annotation files say.
        size: side of the square images in pixels.
    """

    def __init__(self, annotations: Annotations, size: int) -> None:
        self.annotations = annotations
        self.load, self.resize = LoadFace(), ResizeFace(size)

    def __call__(self, files: FaceFiles) -> FaceRecord | SkippedFace:
        """The record, or why there is none."""
        face = str(files.number)
        if (fault := self.annotations.fault(files.number)) is not None:
            return SkippedFace(face, fault, "without whole annotations")
        try:
            loaded = self.resize.transform(self.load.transform({"img_path": files.image, "mask_files": files.mask}))
        except UnusableFaceError as error:
            return SkippedFace(face, str(error), "whose image or mask cannot be used")
        return FaceRecord(
            face=face,
            split=self.annotations.splits[files.number],
            image=loaded["img"],
            mask=loaded["gt_seg_map"],
            attributes=self.annotations.attributes[files.number],
            pose=self.annotations.poses.get(files.number),
        )
