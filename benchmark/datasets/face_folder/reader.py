"""Makes the packed record of a face of a folder from its files: all that decides what is packed."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from benchmark.datasets.errors import UnusableFaceError
from benchmark.datasets.face_folder.annotations import ATTRIBUTE_TABLE, SPLIT_TABLE, Annotations, split_by_hash
from benchmark.datasets.face_folder.files import FolderFace
from benchmark.datasets.face_folder.options import FaceFolderOptions
from benchmark.datasets.masks import read_mask
from benchmark.datasets.packed import FaceRecord, SkippedFace
from benchmark.datasets.transforms import CROP_POLICY, RESIZE_POLICY, CropFace, ResizeFace, read_picture
from methods.labels import NUM_ATTRIBUTES

POLICY: Final = f"{CROP_POLICY}; {RESIZE_POLICY}"


class FaceReader:
    """Makes the packed record of a face at a size.

    Args:
        annotations: what the tables say.
        options: of the dataset.
        has_masks: whether faces have masks; else they are all background.
        size: side of the square images in pixels.
    """

    def __init__(self, annotations: Annotations, options: FaceFolderOptions, *, has_masks: bool, size: int) -> None:
        self.annotations, self.options, self.has_masks = annotations, options, has_masks
        self.crop, self.resize = CropFace(), ResizeFace(size)

    def __call__(self, face: FolderFace) -> FaceRecord | SkippedFace:
        """The record, or why there is none."""
        if (fault := self.fault(face)) is not None:
            return fault
        kind = "whose image cannot be used"
        try:
            image = read_picture(face.image)
            kind = "whose mask cannot be used"
            mask = read_mask(face.image, face.mask) if self.has_masks else np.zeros(image.shape[:2], np.uint8)
            loaded: dict[str, Any] = {"img": image, "gt_seg_map": mask, "img_path": face.image}
            loaded = self.resize.transform(self.crop.transform(loaded))
        except UnusableFaceError as error:
            return SkippedFace(face.id, str(error), kind)
        known, splits = self.annotations.attributes, self.annotations.splits
        shares = self.options.val_share, self.options.test_share
        return FaceRecord(
            face=face.id,
            split=split_by_hash(face.id, *shares) if splits is None else splits[face.id],
            image=loaded["img"],
            mask=loaded["gt_seg_map"],
            attributes=np.zeros(NUM_ATTRIBUTES, np.uint8) if known is None else known[face.id],
            pose=self.annotations.poses.get(face.id),
        )

    def fault(self, face: FolderFace) -> SkippedFace | None:
        """Why a face cannot be used, as far as names and tables tell."""
        annotations = self.annotations
        if self.has_masks and not face.mask:
            return SkippedFace(face.id, f"{face.image.name} has no mask", "without a mask")
        if face.doubt is not None:
            return SkippedFace(face.id, face.doubt, "with several masks")
        if (reason := annotations.faults.get(face.id)) is not None:
            return SkippedFace(face.id, reason, f"with a row in {ATTRIBUTE_TABLE} that cannot be read")
        if annotations.attributes is not None and face.id not in annotations.attributes:
            reason = f"{ATTRIBUTE_TABLE} has no row for {face.id}"
            return SkippedFace(face.id, reason, f"without a row in {ATTRIBUTE_TABLE}")
        if annotations.splits is not None and face.id not in annotations.splits:
            return SkippedFace(face.id, f"{SPLIT_TABLE} has no split of {face.id}", f"without a split in {SPLIT_TABLE}")
        return None
