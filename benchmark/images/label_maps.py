"""Reads label maps: which of the 19 labels each pixel has, whatever numbers or colours a file has for them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from benchmark.images.integrity import PNG_START
from benchmark.images.label_sets import CELEBAMASK_HQ, COLORS, LARGEST_NUMBER, LabelSet
from benchmark.images.read import (
    BITS_PER_SAMPLE,
    GREY_16,
    UnreadableImageError,
    open_image,
    orientation,
    read_content,
    unreadable,
    upright,
)
from methods.labels import LABELS, NUM_LABELS, PALETTE
from registry.errors import InputError

_JPEG: Final = (".jpg", ".jpeg")
_ONE_CHANNEL: Final = ("L", "P", "I", *GREY_16)

_PNG_GREY: Final = 0
"""The colour type of a PNG's header; its bit depth stands before."""
_PGM_HEADER: Final = re.compile(rb"P[25]" + 3 * rb"(?:\s|#[^\r\n]*+)++(\d++)")
"""Width, height and the largest sample, with comments between."""

Labels = NDArray[np.uint8]


def read_labels(path: Path, label_set: LabelSet = CELEBAMASK_HQ) -> Labels:
    """(H, W) uint8 labels, numbered as `methods.labels.LABELS`, of a label map.

    Args:
        path: an image; of one channel, or of a palette whose indices are the labels, or, by a label set of colours, in
            these.
        label_set: what its numbers or colours stand for.

    Raises:
        InputError: if it cannot be read, says labels in another way, has a number or a colour that is none of the
            label set's, or is a palette image whose colours and indices stand for different labels.
    """
    try:
        content = read_content(path)
        stored = open_image(content)
        image = upright(stored, orientation(stored))
    except UnreadableImageError as error:
        raise unreadable(path, error) from error
    if (white := _rescaled_white(content, stored)) is not None:
        raise InputError(
            f"{path}: its grey values go up to {white}, so that image readers rescale them and no label is certain: "
            "save the labels in 8 bits, 0..255"
        )
    return _by_color(path, image, label_set) if label_set.colors else _by_number(path, image, label_set)


def renumbered(labels: Labels, one: LabelSet, other: LabelSet) -> Labels:
    """What labels (…) would have been, had the numbers that were read by the order `one` been read by `other`."""
    numbers = {name: number for number, name in one.numbers.items()}
    table = _table(other)[[numbers[name] for name in LABELS]]
    found: Labels = table[labels]
    return found


def is_lossless_name(name: str) -> bool:
    """Whether an image file's name allows that it has labels: JPEG changes pixels."""
    return not name.lower().endswith(_JPEG)


def is_label_map(path: Path) -> bool:
    """Whether an image file can only be meant as a label map: one channel of labels, or the dataset's colours alone.

    A picture of a single value or colour is none: it may as well be black.

    Raises:
        InputError: if the file cannot be read.
    """
    if not is_lossless_name(path.name):
        return False
    try:
        image = open_image(read_content(path))
    except UnreadableImageError as error:
        raise unreadable(path, error) from error
    if image.mode in _ONE_CHANNEL:
        values: NDArray[Any] = np.asarray(image)
        if values.min() < values.max() < NUM_LABELS:
            return True
    if image.mode not in ("RGB", "RGBA", "P"):
        return False
    colors = np.unique(_packed(np.asarray(image.convert("RGB"))))
    return len(colors) > 1 and bool(np.isin(colors, _PACKED_PALETTE).all())


def _by_number(path: Path, image: Image.Image, label_set: LabelSet) -> Labels:
    if image.mode not in _ONE_CHANNEL:
        raise InputError(
            f"{path}: a label map has one channel of labels; this is {image.mode}, and the dataset's colours are read "
            "by the label set palette (--labels palette)"
        )
    values: NDArray[Any] = np.asarray(image)
    labels: Labels = _table(label_set)[values.clip(0, LARGEST_NUMBER)]
    strange = (labels == NUM_LABELS) | (values != values.clip(0, LARGEST_NUMBER))
    if strange.any():
        row, column = np.argwhere(strange)[0]
        raise InputError(
            f"{path}: holds label {values[row, column]} at column {column}, row {row}; labels of {label_set.name} are "
            f"{_ranges(label_set)}"
        )
    if image.mode == "P":
        _check_palette(path, image, labels)
    return labels


def _ranges(label_set: LabelSet) -> str:
    """The numbers of a label set: "0..18", or "0, 1, 5"."""
    numbers = sorted(label_set.numbers)
    gapless = numbers == list(range(numbers[0], numbers[-1] + 1)) and len(numbers) > 1
    return f"{numbers[0]}..{numbers[-1]}" if gapless else ", ".join(map(str, numbers))


def _rescaled_white(content: bytes, image: Image.Image) -> int | None:
    """The largest sample of a grey PGM, PNG or TIFF whose samples Pillow rescales; None where it keeps them."""
    if image.format == "TIFF":
        (depth, *_) = image.tag_v2.get(BITS_PER_SAMPLE, (1,)) if isinstance(image, TiffImageFile) else (1,)
        return 2**depth - 1 if image.mode == "L" and depth in (2, 4) else None
    if content.startswith(PNG_START):
        depth, color = content[24:26]
        return 2**depth - 1 if color == _PNG_GREY and depth in (2, 4) else None
    if (header := _PGM_HEADER.match(content)) is None:
        return None
    white = int(header[3])
    return None if white in (2**8 - 1, 2**16 - 1) else white


def _check_palette(path: Path, image: Image.Image, labels: Labels) -> None:
    """Refuse a palette image in the dataset's colours whose indices stand for other labels than they."""
    colored = _labels_of_colors(np.asarray(image.convert("RGB")))
    strange = colored != labels
    if len(np.unique(colored)) > 1 and (colored < NUM_LABELS).all() and strange.any():
        row, column = np.argwhere(strange)[0]
        number, color = int(np.asarray(image)[row, column]), LABELS[colored[row, column]]
        raise InputError(
            f"{path}: its palette has the dataset's colours under other indices (index {number} has the colour of "
            f"{color}): read its colours by the label set palette (--labels palette)"
        )


def _by_color(path: Path, image: Image.Image, label_set: LabelSet) -> Labels:
    if image.mode not in ("RGB", "RGBA", "P"):
        raise InputError(f"{path}: the label set {label_set.name} has colours; this image has none, being {image.mode}")
    rgb = np.asarray(image.convert("RGB"))
    labels = _labels_of_colors(rgb, label_set)
    if (labels == NUM_LABELS).any():
        row, column = np.argwhere(labels == NUM_LABELS)[0]
        color = tuple(map(int, rgb[row, column]))
        raise InputError(f"{path}: the colour {color} at column {column}, row {row} is no label's")
    return labels


def _labels_of_colors(rgb: NDArray[np.uint8], label_set: LabelSet = COLORS) -> Labels:
    """(H, W) labels of (H, W, 3) colours; 19 where a colour is none of the set's."""
    known = _packed(np.asarray(list(label_set.colors), np.uint8))
    order = np.argsort(known)
    numbers = np.array([LABELS.index(name) for name in label_set.colors.values()], np.uint8)[order]
    colors = _packed(rgb)
    places = np.searchsorted(known[order], colors).clip(max=len(known) - 1)
    return np.where(known[order][places] == colors, numbers[places], np.uint8(NUM_LABELS))


def _packed(rgb: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """(…) numbers of (…, 3) colours."""
    red, green, blue = np.moveaxis(rgb.astype(np.uint32), -1, 0)
    packed: NDArray[np.uint32] = (red << 16) | (green << 8) | blue
    return packed


_PACKED_PALETTE: Final = _packed(np.asarray(PALETTE, np.uint8))


def _table(label_set: LabelSet) -> Labels:
    """(256,) our label of each number; 19 where it stands for none."""
    table = np.full(LARGEST_NUMBER + 1, NUM_LABELS, np.uint8)
    for number, name in label_set.numbers.items():
        table[number] = LABELS.index(name)
    return table
