"""Reads the mask of a face from its files: one label map, or one binary image a part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.datasets.errors import UnusableFaceError
from benchmark.images.label_maps import read_labels
from benchmark.images.label_sets import CELEBAMASK_HQ, LabelSet
from benchmark.images.read import UnreadableImageError, open_image, orientation, upright
from benchmark.runtime.regular_files import read_regular
from methods.labels import LABELS
from registry.errors import InputError

Labels = NDArray[np.uint8]


@dataclass(frozen=True)
class MaskFiles:
    """The files that say the regions of one face; all are empty where it has no mask.

    Attributes:
        label_map: one image of all regions, or
        parts: binary images by label.
        label_set: what the label map's numbers or colours stand for.
    """

    label_map: Path | None = None
    parts: dict[int, Path] = field(default_factory=dict)
    label_set: LabelSet = CELEBAMASK_HQ

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.label_map is not None or bool(self.parts)


def read_mask(image: Path, files: MaskFiles) -> Labels:
    """(H, W) uint8 label map of the face of an image file.

    Raises:
        UnusableFaceError: if there is no file, one cannot be used, or nothing but background is there.
    """
    if not files:
        raise UnusableFaceError(f"{image.name} has no mask part")
    mask = _label_map(files)
    if mask is None:
        mask = paint(read_parts(files.parts))
    if not mask.any():
        raise UnusableFaceError(without_regions(image, files))
    return mask


def without_regions(image: Path, files: MaskFiles) -> str:
    """What is wrong with a mask that is nothing but background."""
    if files.label_map is None:
        return f"every mask part of {image.name} is empty"
    return f"{files.label_map.name} is background alone"


def regions(files: MaskFiles) -> dict[str, NDArray[np.bool_]]:
    """The regions of one face by name, (H, W) bool: its parts, which may overlap, or those that its label map has.

    Raises:
        UnusableFaceError: as `read_mask`.
    """
    if (mask := _label_map(files)) is None:
        return {LABELS[label]: part for label, part in read_parts(files.parts).items()}
    return {LABELS[label]: mask == label for label in np.unique(mask) if label}


def _label_map(files: MaskFiles) -> Labels | None:
    if (path := files.label_map) is None:
        return None
    try:
        return read_labels(path, files.label_set)
    except InputError as error:
        raise UnusableFaceError(str(error).replace(f"{path}: ", f"{path.name} ", 1)) from error


def read_part(path: Path) -> NDArray[np.bool_]:
    """(H, W) bool of one binary part file: true where the part is.

    Raises:
        UnusableFaceError: if the file is absent, cut short, damaged, or no image.
    """
    try:
        image = open_image(content_of(path))
    except UnreadableImageError as error:
        raise UnusableFaceError(f"{path.name} {error}") from error
    return np.asarray(upright(image, orientation(image)).convert("L")).astype(np.bool_)


def content_of(path: Path) -> bytes:
    """The bytes of a file of a face.

    Raises:
        UnusableFaceError: if it cannot be read.
    """
    try:
        return read_regular(path)
    except OSError as error:
        raise UnusableFaceError(f"{path.name} cannot be read: {error.strerror}") from error


def read_parts(paths: Mapping[int, Path]) -> dict[int, NDArray[np.bool_]]:
    """The parts of one face by label, all (H, W) bool of one size.

    Args:
        paths: part files by label; at least one.

    Raises:
        UnusableFaceError: as `read_part`, or if a part is not the size of most others.
    """
    parts = {label: read_part(paths[label]) for label in sorted(paths)}
    shapes = [part.shape for part in parts.values()]
    shape = max(shapes, key=shapes.count)
    for label, part in parts.items():
        if part.shape != shape:
            found, expected = (f"{columns}x{rows}" for rows, columns in (part.shape, shape))
            raise UnusableFaceError(f"{paths[label].name} is {found}, not {expected} as the other parts")
    return parts


def paint(parts: Mapping[int, NDArray[np.bool_]]) -> Labels:
    """Merge parts (H, W) bool by label into one (H, W) uint8 label map; a higher label overwrites a lower one."""
    mask = np.zeros(next(iter(parts.values())).shape, np.uint8)
    for label in sorted(parts):
        mask[parts[label]] = label
    return mask
