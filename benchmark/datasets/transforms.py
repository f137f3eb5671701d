"""mmcv transforms that load, resize and flip a face with its label map."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from mmcv.transforms import BaseTransform, RandomFlip
from numpy.typing import NDArray

from benchmark.datasets.errors import UnusableFaceError
from benchmark.images.read import UnreadableImageError, decode_image, open_image, orientation, upright
from benchmark.images.resize import POLICY, resized
from methods.labels import FLIP_PAIRS

RESIZE_POLICY: Final = f"image: {POLICY}; mask: nearest-exact"
"""How faces reach a size; enters the key of every packed cache.

A label map is sampled at the centre of the cell over which the image is averaged (`cv2.INTER_NEAREST_EXACT`); plain
`cv2.INTER_NEAREST` samples the cell's corner and would shift the mask by half a cell against the image.
"""


def read_face(path: Path) -> NDArray[np.uint8]:
    """(H, H, 3) uint8 RGB of a square image file.

    Raises:
        UnusableFaceError: if the file is absent, cut short, damaged, no image, or not square.
    """
    try:
        image = decode_image(_content(path))
    except UnreadableImageError as error:
        raise UnusableFaceError(f"{path.name} {error}") from error
    height, width, _ = image.shape
    if height != width:
        raise UnusableFaceError(f"{path.name} is {width}x{height}, not square")
    return image


def read_part(path: Path) -> NDArray[np.bool_]:
    """(H, W) bool of one binary part file: true where the part is.

    Raises:
        UnusableFaceError: if the file is absent, cut short, damaged, or no image.
    """
    try:
        image = open_image(_content(path))
    except UnreadableImageError as error:
        raise UnusableFaceError(f"{path.name} {error}") from error
    return np.asarray(upright(image, orientation(image)).convert("L")).astype(np.bool_)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnusableFaceError(f"{path.name} cannot be read: {error.strerror}") from error


def read_mask(image: Path, paths: Mapping[int, Path]) -> NDArray[np.uint8]:
    """(H, H) uint8 label map of the face of an image file, painted from its part files by label.

    Raises:
        UnusableFaceError: if there is no part, a part cannot be used, or the parts paint nothing.
    """
    if not paths:
        raise UnusableFaceError(f"{image.name} has no mask part")
    mask = paint(read_parts(paths))
    if not mask.any():
        raise UnusableFaceError(f"every mask part of {image.name} is empty")
    return mask


def read_parts(paths: Mapping[int, Path]) -> dict[int, NDArray[np.bool_]]:
    """The parts of one face by label, all (H, H) bool of one size.

    Args:
        paths: part files by label; at least one.

    Raises:
        UnusableFaceError: as `read_part`, or if a part is not square or not the size of most others.
    """
    parts = {label: read_part(paths[label]) for label in sorted(paths)}
    sides = [part.shape[0] for part in parts.values()]
    side = max(sides, key=sides.count)
    for label, part in parts.items():
        if part.shape != (side, side):
            height, width = part.shape
            raise UnusableFaceError(f"{paths[label].name} is {width}x{height}, not {side}x{side} as the other parts")
    return parts


def paint(parts: Mapping[int, NDArray[np.bool_]]) -> NDArray[np.uint8]:
    """Merge parts (H, W) bool by label into one (H, W) uint8 label map; a higher label overwrites a lower one."""
    mask = np.zeros(next(iter(parts.values())).shape, np.uint8)
    for label in sorted(parts):
        mask[parts[label]] = label
    return mask


class LoadFace(BaseTransform):
    """Load a face of CelebAMask-HQ.

    Required keys: `img_path` (Path), `part_paths` (label to Path). Added keys: `img` (H, W, 3) uint8 RGB, `gt_seg_map`
    (h, h) uint8 labels at the size of the part files.

    Raises:
        UnusableFaceError: as `read_face` and `read_mask`.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add the image and the label map."""
        image = read_face(results["img_path"])
        return {**results, "img": image, "gt_seg_map": read_mask(results["img_path"], results["part_paths"])}


class ResizeFace(BaseTransform):
    """Resize `img` and `gt_seg_map` to `size` x `size` pixels by `RESIZE_POLICY`."""

    def __init__(self, size: int) -> None:
        """`size`: side in pixels."""
        self.size = size

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace the image and the label map by resized ones."""
        return {
            **results,
            "img": resized(results["img"], self.size),
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
