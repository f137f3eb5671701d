"""mmcv transforms that load, crop, resize and flip a face with its label map."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import cv2
import mmcv
import numpy as np
from mmcv.transforms import BaseTransform, RandomFlip
from numpy.typing import NDArray

from benchmark.datasets.errors import UnusableFaceError
from benchmark.datasets.masks import content_of, read_mask
from benchmark.images.read import UnreadableImageError, decode_image
from methods.labels import FLIP_PAIRS

RESIZE_POLICY: Final = "image: area down, bilinear up; mask: nearest-exact"
"""How faces reach a size; enters the key of every packed cache.

A label map is sampled at the centre of the cell over which the image is averaged (`cv2.INTER_NEAREST_EXACT`); plain
`cv2.INTER_NEAREST` samples the cell's corner and would shift the mask by half a cell against the image.
"""
CROP_POLICY: Final = "not square: the central square"
"""What is taken of faces that are not square, where a dataset takes them; the mask's like the image's."""


def read_face(path: Path) -> NDArray[np.uint8]:
    """(H, H, 3) uint8 RGB of a square image file.

    Raises:
        UnusableFaceError: if the file is absent, cut short, damaged, no image, or not square.
    """
    image = read_picture(path)
    _require_square(path, image)
    return image


def read_picture(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB of an image file.

    Raises:
        UnusableFaceError: if the file is absent, cut short, damaged, or no image.
    """
    try:
        return decode_image(content_of(path))
    except UnreadableImageError as error:
        raise UnusableFaceError(f"{path.name} {error}") from error


def _require_square(path: Path, pixels: NDArray[np.uint8]) -> None:
    height, width = pixels.shape[:2]
    if height != width:
        raise UnusableFaceError(f"{path.name} is {width}x{height}, not square")


class LoadFace(BaseTransform):
    """Load a face and its mask.

    Required keys: `img_path` (Path), `mask_files` (MaskFiles). Added keys: `img` (H, W, 3) uint8 RGB, `gt_seg_map`
    (h, w) uint8 labels at the size of the mask's files.

    Raises:
        UnusableFaceError: as `read_picture` and `read_mask`, or if the image or the mask is not square.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add the image and the label map."""
        path, files = results["img_path"], results["mask_files"]
        image, mask = read_face(path), read_mask(path, files)
        _require_square(files.label_map or next(iter(files.parts.values())), mask)
        return {**results, "img": image, "gt_seg_map": mask}


class CropFace(BaseTransform):
    """Cut the central square out of `img` (H, W, 3) and of `gt_seg_map` (h, w), which may have another size.

    Raises:
        UnusableFaceError: if the two have other proportions, by more than a pixel of the mask.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace the image and the label map by their squares."""
        image, mask = results["img"], results["gt_seg_map"]
        (height, width), (rows, columns) = image.shape[:2], mask.shape
        if min(abs(rows - columns * height / width), abs(columns - rows * width / height)) > 1:
            raise UnusableFaceError(
                f"the mask of {results['img_path'].name} is {columns}x{rows}, which has other proportions than the "
                f"image, {width}x{height}"
            )
        return {**results, "img": _central_square(image), "gt_seg_map": _central_square(mask)}


def _central_square(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return pixels[top : top + side, left : left + side]


class ResizeFace(BaseTransform):
    """Resize `img` and `gt_seg_map` to `size` x `size` pixels by `RESIZE_POLICY`."""

    def __init__(self, size: int) -> None:
        """`size`: side in pixels."""
        self.size = size

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace the image and the label map by resized ones."""
        image: NDArray[np.uint8] = results["img"]
        interpolation = "area" if self.size < image.shape[0] else "bilinear"
        return {
            **results,
            "img": mmcv.imresize(image, (self.size, self.size), interpolation=interpolation, backend="cv2"),
            "gt_seg_map": cv2.resize(
                results["gt_seg_map"], (self.size, self.size), interpolation=cv2.INTER_NEAREST_EXACT
            ),
        }


class FlipFace(RandomFlip):
    """Mirror a face left to right where its `flip` key says so, exchanging left and right labels.

    The decision comes with the face instead of from numpy's global generator, so that training resumes exactly.
    """

    def __init__(self) -> None:
        """Exchange the labels of `FLIP_PAIRS`."""
        super().__init__(prob=1.0, direction="horizontal", swap_seg_labels=list(FLIP_PAIRS))

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Flip `img` (H, W, 3) and `gt_seg_map` (H, W) where `flip` is true; the arrays given are left as they are."""
        if not results["flip"]:
            return {**results, "flip_direction": None}
        # RandomFlip flips into a view and swaps labels in it: without the copy it would write into the packed faces.
        flipped = {**results, "flip_direction": "horizontal", "gt_seg_map": results["gt_seg_map"].copy()}
        self._flip(flipped)
        return flipped
